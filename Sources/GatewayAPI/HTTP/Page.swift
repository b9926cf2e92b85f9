import JSONFilter
import Hummingbird

/// Which part of a list is asked for.
struct Page<Cursor: LosslessStringConvertible> {
    static var limitRange: ClosedRange<Int> { 1...100 }
    static var limitDefault: Int { 50 }

    let limit: Int
    /// The last row of the page before; `nil`: the first page.
    let after: Cursor?

    /// One row more than the page shows tells whether there is another page.
    var fetchLimit: Int { limit + 1 }

    init(_ query: Query) throws(Problem) {
        limit = try Self.limit(query["limit"])
        guard let cursor = query["after"] else {
            after = nil
            return
        }
        guard let after = Cursor(cursor) else { throw Self.noCursor }
        self.after = after
    }

    static var noCursor: Problem {
        .badRequest("after: is no cursor; take the `next` of the page before, as it is")
    }

    private static func limit(_ text: String?) throws(Problem) -> Int {
        guard let text else { return limitDefault }
        guard let limit = Int(text) else { throw .badRequest("limit: must be a whole number") }
        guard limitRange.contains(limit) else {
            throw .unprocessable("limit: is \(limit), must be \(limitRange.lowerBound) to \(limitRange.upperBound)")
        }
        return limit
    }

    /// `{"data": […], "next": cursor or null}` of rows fetched with `fetchLimit`.
    func response<Row>(
        _ rows: [Row], cursor: (Row) -> Cursor, write: (Row, inout JSONWriter) -> Void
    ) -> Response {
        let shown = Array(rows.prefix(limit))
        return self.response(shown, next: rows.count > limit ? shown.last.map(cursor) : nil, write: write)
    }

    /// The same of rows that are no more than the page shows.
    func response<Row>(
        _ shown: [Row], next: Cursor?, write: (Row, inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter(reservingCapacity: 256 * shown.count)
        writer.beginObject()
        writer.name("data")
        writer.beginArray()
        for row in shown { write(row, &writer) }
        writer.endArray()
        writer.name("next")
        writer.string(next?.description)
        writer.endObject()
        return Response(json: writer)
    }
}
