/// One record of a CSV file (RFC 4180), made safe to be opened in a spreadsheet.
///
/// A field that a spreadsheet would take for a formula gets an apostrophe in front, which shows it as text: one that
/// begins, after any blanks, with `=`, `+`, `-`, `@`, their full-width forms, a tab or a line break (OWASP, "CSV
/// Injection"). Plain numbers, such as `-5` or `+1.5e3`, are no formulas and stay numbers. Whoever reads the file with a
/// program and wants the cell back drops one apostrophe before such a character.
///
/// That protects readers who open the file as what it is, separated by commas: a program told that semicolons separate
/// would begin a new field in the midst of one.
public enum CSVLine {
    /// Appends `fields`, separated by commas, and a CRLF.
    public static func append(_ fields: some Sequence<String>, to bytes: inout [UInt8]) {
        var isFirst = true
        for field in fields {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(field, to: &bytes)
        }
        bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    }

    private static func append(_ field: String, to bytes: inout [UInt8]) {
        let isFormula = isTakenForFormula(field)
        guard isFormula || field.utf8.contains(where: needsQuotes) else {
            bytes += field.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Besides what RFC 4180 asks for: what other separators, or programs that trim, would take for something else.
    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ";"),
            UInt8(ascii: "\t"), UInt8(ascii: " "):
            true
        default: false
        }
    }

    private static func isTakenForFormula(_ field: String) -> Bool {
        // U+00A0, the no-break space, is a blank to a reader and to some programs.
        guard let first = field.unicodeScalars.first(where: { $0 != " " && $0 != "\u{A0}" }) else { return false }
        switch first {
        case "=", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": return true
        case "+", "-": return !isNumber(field)
        default: return false
        }
    }

    /// A sign, digits, a fraction, an exponent; nothing else.
    private static func isNumber(_ field: String) -> Bool {
        var rest = field.utf8.dropFirst()
        guard takeDigits(&rest) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard takeDigits(&rest) else { return false }
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard takeDigits(&rest) else { return false }
        }
        return rest.isEmpty
    }

    private static func takeDigits(_ rest: inout Substring.UTF8View) -> Bool {
        let count = rest.count
        rest = rest.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return rest.count < count
    }
}
