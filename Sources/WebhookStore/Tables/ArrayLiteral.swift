internal import WebhookCore

/// Rows as PostgreSQL reads arrays of text: `{"a","b"}`.
enum ArrayLiteral {
    /// Every element in quotes, where only a quote and a backslash mean something else than themselves.
    static func text(_ row: TableRow) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(row.cells.reduce(2) { $0 + $1.utf8.count + 3 })
        bytes.append(UInt8(ascii: "{"))
        for (index, cell) in row.cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            for byte in cell.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }
}
