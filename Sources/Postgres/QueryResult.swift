internal import CLibPQ

/// Owns one `PGresult` and clears it exactly once.
///
/// `@unchecked Sendable`: after libpq has handed a result out it never touches it again, nothing here changes it, and
/// libpq allows a result to be read and cleared on another thread than its connection's.
final class QueryResult: @unchecked Sendable {
    private let raw: OpaquePointer

    /// Adopts what `PQgetResult` returned; `nil` means that the statement has ended.
    init?(adopting raw: OpaquePointer?) {
        guard let raw else { return nil }
        self.raw = raw
    }

    deinit { PQclear(raw) }

    var status: ExecStatusType { PQresultStatus(raw) }
    var rowCount: Int { Int(PQntuples(raw)) }
    var columnCount: Int { Int(PQnfields(raw)) }

    /// Rows inserted, updated, deleted or selected; 0 for statements that do not count.
    var affectedRowCount: Int {
        guard let text = PQcmdTuples(raw) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command that ran, e.g. `COMMIT`; a `COMMIT` that had to roll back answers `ROLLBACK`.
    var commandTag: String { PQcmdStatus(raw).map { String(cString: $0) } ?? "" }

    func type(ofColumn column: Int) -> UInt32 { PQftype(raw, Int32(column)) }

    func name(ofColumn column: Int) -> String { PQfname(raw, Int32(column)).map { String(cString: $0) } ?? "" }

    /// Lends one field's bytes to `body`; `nil` for NULL. They die with this result: copy what you keep.
    func withField<T, E: Error>(
        row: Int, column: Int, _ body: (UnsafeRawBufferPointer?) throws(E) -> T
    ) throws(E) -> T {
        guard PQgetisnull(raw, Int32(row), Int32(column)) == 0, let value = PQgetvalue(raw, Int32(row), Int32(column))
        else { return try body(nil) }
        let length = Int(PQgetlength(raw, Int32(row), Int32(column)))
        return try body(UnsafeRawBufferPointer(start: value, count: length))
    }

    /// What an error result says, without DETAIL, HINT and CONTEXT: those quote values.
    var serverMessage: ServerMessage {
        ServerMessage(
            severity: errorField(Int32(UInt8(ascii: "V"))) ?? "",
            state: SQLState(rawValue: errorField(Int32(UInt8(ascii: "C"))) ?? ""),
            text: errorField(Int32(UInt8(ascii: "M"))) ?? PQresultErrorMessage(raw).map { String(cString: $0) } ?? "",
            constraint: errorField(Int32(UInt8(ascii: "n"))))
    }

    private func errorField(_ code: Int32) -> String? {
        PQresultErrorField(raw, code).map { String(cString: $0) }
    }
}

extension QueryResult {
    /// Decodes every row.
    func rows<S: Statement>(of statement: S.Type) throws(PostgresError) -> [S.Row] {
        var rows: [S.Row] = []
        rows.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            var reader = RowReader(self, row: row)
            rows.append(try S.decode(&reader))
        }
        return rows
    }
}
