/// One row of a table: its cells from the left, which are text that has passed the HTML filter. Rows of one table may
/// differ in length.
public struct TableRow: Sendable, Hashable {
    public var cells: [String]

    public init(_ cells: [String]) { self.cells = cells }
}
