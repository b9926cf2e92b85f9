import Testing
import WebhookStore

@testable import ManagementUI

struct TableViewTests {
    private func view(_ parameters: [String: String]) -> TableView { TableView { parameters[$0] } }

    @Test func `the query names column, direction and page`() {
        #expect(
            view(["sort": "2", "dir": "desc", "page": "3"])
                == TableView(order: TableOrder(column: 2, descends: true), page: 3))
        #expect(view(["sort": "2"]) == TableView(order: TableOrder(column: 2, descends: false)))
    }

    @Test(arguments: [
        ["sort": "0"], ["sort": "-1"], ["sort": "x"], ["sort": "10001"], ["sort": "99999999999999999999"], ["sort": ""],
        ["dir": "desc"], ["page": "0"], ["page": "-3"], ["page": "x"], ["page": ""],
    ])
    func `what cannot be is as if it were not there`(parameters: [String: String]) {
        #expect(view(parameters) == TableView())
    }

    @Test func `a link leads where it was made`() {
        let view = TableView(order: TableOrder(column: 2, descends: true), page: 3)
        #expect(view.link == "?sort=2&dir=desc&page=3")
        #expect(TableView().link == "?")
    }

    @Test func `a heading sorts upwards first, then downwards, from the first page`() {
        let plain = TableView(page: 5)
        let up = plain.sorted(by: 1)
        #expect(up.link == "?sort=1&dir=asc")
        #expect(up.sorted(by: 1).link == "?sort=1&dir=desc")
        #expect(up.sorted(by: 1).sorted(by: 1).link == "?sort=1&dir=asc")
        #expect(up.sorted(by: 2).link == "?sort=2&dir=asc")
    }
}
