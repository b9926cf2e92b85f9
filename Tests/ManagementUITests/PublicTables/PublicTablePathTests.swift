import Testing
import WebhookCore

@testable import ManagementUI

struct PublicTablePathTests {
    private let id = TableID(rawValue: 7)

    @Test func `a table has a page and a CSV file`() {
        #expect(PublicTablePath("/t/7") == .page(id))
        #expect(PublicTablePath("/t/7.csv") == .csv(id))
    }

    @Test(arguments: [
        "/t/", "/t/x", "/t/07", "/t/-7", "/t/7/", "/t/7.csv.csv", "/t/.csv", "/t/7.json", "/t/99999999999",
    ])
    func `below the path of tables is nothing else`(path: String) {
        #expect(PublicTablePath(path[...]) == .nothing)
    }

    @Test(arguments: ["/", "/t", "/tables/7", "/v1/tables/7"])
    func `other paths are left to others`(path: String) {
        #expect(PublicTablePath(path[...]) == nil)
    }
}
