/// What a table shows: `{"headers", "rows", "settings", "formatting"}`.
public struct TableDocument: Sendable, Equatable {
    public var headers: [String]
    public var rows: [TableRow]
    /// JSON text of an object or an array, which belongs to whoever shows the table.
    public var settings: [UInt8]
    /// The same.
    public var formatting: [UInt8]

    public init(
        headers: [String] = [], rows: [TableRow] = [], settings: [UInt8] = Array("{}".utf8),
        formatting: [UInt8] = Array("{}".utf8)
    ) {
        (self.headers, self.rows, self.settings, self.formatting) = (headers, rows, settings, formatting)
    }
}
