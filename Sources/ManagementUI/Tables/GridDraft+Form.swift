import WebhookCore

extension GridDraft {
    /// What the fields of the form are called. Rows and columns are counted from 0.
    enum Field {
        static let version = "version"
        static let rowsBefore = "before"
        static let storedCount = "stored"
        static let rowCount = "rows"
        static let columnCount = "columns"

        static func heading(_ column: Int) -> String { "h.\(column)" }
        static func cell(_ row: Int, _ column: Int) -> String { "c.\(row).\(column)" }
        static func rowMark(_ row: Int) -> String { "delete-row.\(row)" }
        static func columnMark(_ column: Int) -> String { "delete-column.\(column)" }
    }

    /// - Throws: a `Refusal` when that is not what the form of a grid brings.
    init(_ form: Form) throws(Refusal) {
        let rowsMax = GridLimits.rowsOfPage + GridLimits.addedRowsMax
        guard let version = form.number(Field.version, in: Int64(0)...Int64.max),
            let rowsBefore = form.number(Field.rowsBefore, in: 0...TableLimits.rowsMax),
            let storedCount = form.number(Field.storedCount, in: 0...GridLimits.rowsOfPage),
            let rowCount = form.number(Field.rowCount, in: storedCount...rowsMax),
            let columnCount = form.number(Field.columnCount, in: 0...GridLimits.columnsMax)
        else { throw .malformed("It is not the form of a table.") }
        self.version = version
        self.rowsBefore = rowsBefore
        self.storedCount = storedCount
        headers = []
        rows = []
        for column in 0..<columnCount {
            headers.append(try Self.text(Field.heading(column), in: form))
            if form.isTicked(Field.columnMark(column)) { markedColumns.insert(column) }
        }
        for row in 0..<rowCount {
            var cells: [String] = []
            for column in 0..<columnCount { cells.append(try Self.text(Field.cell(row, column), in: form)) }
            rows.append(Row(cells: cells, isMarked: form.isTicked(Field.rowMark(row))))
        }
    }

    /// A field that is missing must not empty a cell.
    private static func text(_ name: String, in form: Form) throws(Refusal) -> String {
        guard let text = form[name] else { throw .malformed("A cell of the table is missing from it.") }
        return text
    }
}
