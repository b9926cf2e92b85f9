internal import JSONFilter

extension TableDocument {
    public static let memberNames = ["headers", "rows", "settings", "formatting"]

    /// Reads `{"headers", "rows", "settings", "formatting"}` in `bytes[range]`. What is not given, or null, is empty.
    ///
    /// - Parameter member: what errors call the document.
    /// - Throws: a `ValidationError`, or a `JSONError` when it is no object.
    public init(_ bytes: [UInt8], in range: Range<Int>, member: String = "data") throws {
        self.init()
        let object = try JSONObjectScanner(bytes, in: range)
        if let twice = object.duplicateName {
            throw ValidationError.malformed("\(member).\(quoted(twice))", "is given more than once")
        }
        for part in object.members {
            let name = "\(member).\(part.name)"
            guard Self.memberNames.contains(part.name) else {
                let known = Self.memberNames.joined(separator: ", ")
                throw ValidationError.malformed(
                    "\(member).\(quoted(part.name))", "is no member of a table's data; there are \(known)")
            }
            guard part.kind != .null else { continue }
            switch part.name {
            case "headers": headers = try Self.cells(bytes, in: part.range, member: name, kind: part.kind)
            case "rows": rows = try Self.rows(bytes, in: part.range, member: name, kind: part.kind)
            case "settings": settings = try Self.options(bytes, in: part.range, member: name, kind: part.kind)
            default: formatting = try Self.options(bytes, in: part.range, member: name, kind: part.kind)
            }
        }
    }

    /// `[[cell, …], …]` in `bytes[range]`.
    static func rows(
        _ bytes: [UInt8], in range: Range<Int>, member: String, kind: JSONKind
    ) throws -> [TableRow] {
        guard kind == .array else { throw ValidationError.malformed(member, "must be an array of rows") }
        var rows: [TableRow] = []
        for (index, row) in try JSONArrayScanner(bytes, in: range).elements.enumerated() {
            rows.append(
                TableRow(try cells(bytes, in: row.range, member: "\(member)[\(index)]", kind: row.kind)))
        }
        return rows
    }

    private static func cells(
        _ bytes: [UInt8], in range: Range<Int>, member: String, kind: JSONKind
    ) throws -> [String] {
        guard kind == .array else { throw ValidationError.malformed(member, "must be an array of cells") }
        let elements = try JSONArrayScanner(bytes, in: range).elements
        var cells: [String] = []
        cells.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let cell = try TableText.cell(element, of: bytes) else {
                throw ValidationError.malformed(
                    "\(member)[\(index)]", "must be a string, a number, true, false or null")
            }
            cells.append(cell)
        }
        return cells
    }

    private static func options(
        _ bytes: [UInt8], in range: Range<Int>, member: String, kind: JSONKind
    ) throws -> [UInt8] {
        guard kind == .object || kind == .array else {
            throw ValidationError.malformed(member, "must be an object or an array")
        }
        var writer = JSONWriter(reservingCapacity: range.count)
        writer.value(TableText.sanitized(try JSONValue(parsing: Array(bytes[range]))))
        return writer.bytes
    }
}
