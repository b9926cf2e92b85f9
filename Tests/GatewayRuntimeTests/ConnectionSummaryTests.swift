import Testing

@testable import GatewayRuntime

struct ConnectionSummaryTests {
    @Test(arguments: [
        ("postgresql://app:hunter2@db/martlet", "postgresql://app@db/martlet"),
        ("postgres://app:hunter2@db1:5432,db2/m", "postgres://app@db1:5432,db2/m"),
        ("postgresql://app@[::1]:5432/m", "postgresql://app@[::1]:5432/m"),
        ("postgresql:///m?host=/run/pg&password=hunter2&port=1", "postgresql:///m?host=/run/pg&port=1"),
        ("postgresql://app@/m?host=%2Ftmp%2Fx", "postgresql://app@/m?host=%2Ftmp%2Fx"),
        // A password that should have been encoded, with an at sign, a slash or a question mark in it.
        ("postgresql://app:hun@ter2@db/m", "postgresql://app@db/m"),
        ("postgresql://app:hun/hunter2@db/m", "postgresql://app@db/m"),
        ("postgresql://app:hun?hunter2@db/m", ConnectionSummary.unreadable),
        ("postgresql://app:hunter2", ConnectionSummary.unreadable),
        ("host=db password=hunter2", ConnectionSummary.unreadable),
        ("hunter2", ConnectionSummary.unreadable),
    ])
    func `a connection is shown without its password`(url: String, shown: String) {
        #expect(ConnectionSummary.text(of: url) == shown)
        #expect(!shown.contains("hunter2"))
    }
}
