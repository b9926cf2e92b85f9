/// One SQL statement as a type: its text, its parameters and its rows sit together.
///
/// Each connection prepares it once, keyed by the text; parameters and results travel in binary. Outside of a
/// session it is one transaction of its own.
public protocol Statement: Sendable {
    /// What one row decodes to. `Never` (the default) for a statement that returns no rows.
    associatedtype Row: Sendable = Never

    /// One statement, parameters as `$1`, `$2`, …
    static var sql: String { get }

    /// Appends the parameters in the order `$1`, `$2`, …
    func encode(into parameters: inout Parameters)

    /// Reads one row, column by column from the left.
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Row
}

extension Statement {
    public func encode(into parameters: inout Parameters) {}
}

extension Statement where Row == Never {
    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Never {
        throw .undecodable(detail: "the statement returned a row, and its type declares none")
    }
}
