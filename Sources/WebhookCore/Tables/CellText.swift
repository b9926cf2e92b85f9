/// What a reader sees of a cell: its markup without the tags, character references resolved.
///
/// For what no browser shows, such as CSV. The result is plain text and may look like markup (`<b>`, where the cell had
/// `&lt;b&gt;`): whoever puts it into a page escapes it.
public enum CellText {
    /// - Parameter markup: what the HTML filter let through. Of anything else something comes out too.
    public static func of(_ markup: String) -> String {
        let bytes = markup.utf8
        guard bytes.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) else { return markup }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "<"): take(tag: &rest, into: &text)
            case UInt8(ascii: "&"): take(reference: &rest, into: &text)
            default:
                text.append(byte)
                rest.removeFirst()
            }
        }
        while text.last == lineBreak { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }

    private static let lineBreak = UInt8(ascii: "\n")

    /// Elements that begin on a line of their own, and `br`, which ends one.
    private static let lines: Set<Substring> = [
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
        "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
        "tr", "ul",
    ]

    /// Takes a tag, whose place a line break takes where its element begins or ends a line.
    private static func take(tag rest: inout Substring.UTF8View, into text: inout [UInt8]) {
        rest.removeFirst()
        let isEnd = rest.first == UInt8(ascii: "/")
        if isEnd { rest.removeFirst() }
        let name = Substring(rest.prefix { isLetterOrDigit($0) }).lowercased()
        var quote: UInt8?
        while let byte = rest.popFirst() {
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                break
            }
        }
        guard lines.contains(name[...]) else { return }
        if name == "br" || (!text.isEmpty && text.last != lineBreak) { text.append(lineBreak) }
    }

    /// Takes a character reference; an ampersand that begins none stands for itself.
    private static func take(reference rest: inout Substring.UTF8View, into text: inout [UInt8]) {
        let bytesMax = 12
        let body = rest.dropFirst().prefix(bytesMax).prefix { $0 != UInt8(ascii: ";") }
        let after = rest.dropFirst(body.count + 1)
        if after.first == UInt8(ascii: ";"), let scalar = scalar(of: Substring(body)) {
            text += String(Character(scalar)).utf8
            rest = after.dropFirst()
        } else {
            text.append(UInt8(ascii: "&"))
            rest.removeFirst()
        }
    }

    private static func scalar(of name: Substring) -> Unicode.Scalar? {
        guard name.first == "#" else { return NamedCharacters.scalar(named: name) }
        let digits = name.dropFirst()
        // `UInt32` would take a sign.
        guard !digits.contains("+"), !digits.contains("-") else { return nil }
        let value =
            if let mark = digits.first, mark == "x" || mark == "X" {
                UInt32(digits.dropFirst(), radix: 16)
            } else {
                UInt32(digits)
            }
        // No text has a NUL.
        return value.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
