import Testing

@testable import TestSupport

struct ConnectionURLTests {
    @Test(arguments: [
        ("postgresql://u:p@h:1/old?sslmode=require", "postgresql://u:p@h:1/new?sslmode=require"),
        ("postgresql://h1,h2/old", "postgresql://h1,h2/new"),
        ("postgresql://h", "postgresql://h/new"),
        ("postgresql://?host=/run/pg", "postgresql:///new?host=/run/pg"),
        ("host=h dbname=old", "host=h dbname=old dbname=new"),
    ])
    func `the database is replaced and the rest is kept`(url: String, replaced: String) {
        #expect(ConnectionURL.replacingDatabase(in: url, with: "new") == replaced)
    }
}
