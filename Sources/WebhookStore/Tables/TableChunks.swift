internal import JSONFilter
internal import WebhookCore

/// Rows as the database keeps them: several together, as JSON text. It never parses them to store them, nor to send them.
struct TableChunks: Sendable {
    /// JSON arrays of strings, one a row, with commas between.
    private(set) var texts: [[UInt8]] = []
    /// How many rows come before each.
    private(set) var offsets: [Int32] = []
    let rowCount: Int

    /// Two of these fit on half a page of the database (`table_rows` in sql/migrations).
    static let bytesMax = 3_900
    /// About how large a chunk is meant to be: between half of this and this where rows are alike.
    private static let bytesMeant = 3_000
    static let rowsMax = 128

    /// A row that is larger than `bytesMax` is alone.
    ///
    /// Chunks begin at multiples of a power of two, whatever is in the cells, so that rows that come again a little
    /// different are cut where they were, and most chunks take the place of another.
    init(_ rows: [TableRow]) {
        rowCount = rows.count
        let encoded = Self.encode(rows)
        let stride = Self.stride(of: encoded.ends)
        var first = 0
        var start = 0
        for (index, end) in encoded.ends.enumerated() {
            let isLast = index + 1 == rows.count
            let nextEnd = isLast ? end : encoded.ends[index + 1]
            guard isLast || (index + 1) % stride == 0 || nextEnd - start > Self.bytesMax else { continue }
            texts.append(Array(encoded.bytes[start..<end]))
            offsets.append(Int32(first))
            first = index + 1
            // Behind the comma.
            start = end + 1
        }
    }

    /// All rows with commas between, and where each ends.
    private static func encode(_ rows: [TableRow]) -> (bytes: [UInt8], ends: [Int]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.reduce(0) { $1.cells.reduce($0 + 3) { $0 + $1.utf8.count + 3 } })
        var ends: [Int] = []
        ends.reserveCapacity(rows.count)
        for row in rows {
            if !ends.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "["))
            for (index, cell) in row.cells.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONString.append(cell, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
            ends.append(bytes.count)
        }
        return (bytes, ends)
    }

    /// The largest power of two of such rows that is not meant to be cut. What is alone counts as no more than that: one
    /// large row does not make all chunks small.
    private static func stride(of ends: [Int]) -> Int {
        var start = 0
        var bytes = 0
        for end in ends {
            bytes += min(end - start, bytesMax)
            start = end
        }
        var stride = 1
        while stride < rowsMax, stride * 2 * bytes <= bytesMeant * ends.count { stride *= 2 }
        return stride
    }
}

extension TableRow {
    /// Reads back what `TableChunks` wrote of one row.
    init(json: [UInt8]) throws {
        let scanner = try JSONArrayScanner(json)
        try self.init(scanner.elements.map { try JSONString.decode(json, in: $0.range) })
    }

    /// The rows of a chunk.
    static func all(inChunk text: [UInt8]) throws -> [TableRow] {
        let json = [UInt8(ascii: "[")] + text + [UInt8(ascii: "]")]
        return try JSONArrayScanner(json).elements.map { row in
            try TableRow(
                JSONArrayScanner(json, in: row.range).elements.map { try JSONString.decode(json, in: $0.range) })
        }
    }
}
