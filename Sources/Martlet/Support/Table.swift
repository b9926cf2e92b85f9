/// Rows for people: columns side by side, as wide as their widest cell.
struct Table {
    let headings: [String]
    var rows: [[String]] = []

    /// What is printed when there is no row.
    let empty: String

    init(_ headings: [String], empty: String) {
        self.headings = headings
        self.empty = empty
    }

    var text: String {
        guard !rows.isEmpty else { return empty }
        let lines = ([headings] + rows).map { $0.map(TerminalText.line) }
        let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            let padded = zip(cells, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return Self.withoutTrailingBlanks(padded.joined(separator: "  "))
        }.joined(separator: "\n")
    }

    private static func withoutTrailingBlanks(_ line: String) -> String {
        guard let last = line.lastIndex(where: { $0 != " " }) else { return "" }
        return String(line[...last])
    }
}
