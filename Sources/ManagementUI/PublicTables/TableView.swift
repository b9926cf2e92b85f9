import WebhookCore
import WebhookStore

/// What of a table a reader wants to see, as the query says it: `?sort=2&dir=desc&page=3`.
///
/// Anything else than numbers that can be means the same as nothing: a link that somebody cut short still shows a table.
struct TableView: Equatable {
    var order: TableOrder?
    /// Counted from 1.
    var page = 1

    init(order: TableOrder? = nil, page: Int = 1) {
        (self.order, self.page) = (order, page)
    }

    /// - Parameter parameter: the value of a parameter of the query.
    init(_ parameter: (String) -> String?) {
        let column = parameter("sort").flatMap { Int($0) }
        order = column.flatMap { TableOrder(column: $0, descends: parameter("dir") == "desc") }
        page = parameter("page").flatMap { Int($0) }.map { max(1, min($0, Int(Int32.max))) } ?? 1
    }

    /// The link that leads here, relative to the table.
    var link: String {
        var parts: [String] = []
        if let order { parts += ["sort=\(order.column)", "dir=\(order.descends ? "desc" : "asc")"] }
        if page != 1 { parts.append("page=\(page)") }
        return "?" + parts.joined(separator: "&")
    }

    /// What the heading of a column leads to: its first page by that column, the other way round where it is sorted so.
    func sorted(by column: Int) -> TableView {
        let descends = order?.column == column && order?.descends == false
        return TableView(order: TableOrder(column: column, descends: descends))
    }

    func turned(to page: Int) -> TableView { TableView(order: order, page: page) }
}
