/// A valid document, together with what the filter has to make of it.
struct GeneratedDocument {
    var text: String
    var filtered: String

    init(_ text: String) {
        self.text = text
        filtered = text
    }
}

/// Makes random valid documents. It knows while it writes which members are sensitive, so that the expected result
/// comes from the rule and not from a parser.
struct DocumentGenerator {
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    mutating func document() -> GeneratedDocument {
        let (before, after) = (space(), space())
        var document = value(levels: 4)
        document.text = before + document.text + after
        document.filtered = before + document.filtered + after
        return document
    }

    /// `bytes` with one byte replaced, added or removed.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let interesting =
            Array("{}[]:,\"\\ \n\t0123456789-+.eEtfnu/*".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC0, 0xED, 0xF5, 0xFF]
        let byte = Bool.random(using: &random) ? pick(interesting) : UInt8.random(in: 0...255, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[Int.random(in: bytes.indices, using: &random)] = byte
        case 1: bytes.insert(byte, at: Int.random(in: 0...bytes.count, using: &random))
        default: bytes.remove(at: Int.random(in: bytes.indices, using: &random))
        }
        return bytes
    }

    private mutating func value(levels: Int) -> GeneratedDocument {
        switch Int.random(in: 0..<(levels > 0 ? 8 : 5), using: &random) {
        case 0: GeneratedDocument(pick(["true", "false", "null"]))
        case 1, 2: GeneratedDocument(number())
        case 3, 4: GeneratedDocument("\"" + characters() + "\"")
        case 5: array(levels: levels - 1)
        default: object(levels: levels - 1)
        }
    }

    private mutating func array(levels: Int) -> GeneratedDocument {
        var (texts, filtered): ([String], [String]) = ([], [])
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let (before, element, after) = (space(), value(levels: levels), space())
            texts.append(before + element.text + after)
            filtered.append(before + element.filtered + after)
        }
        var document = GeneratedDocument("[" + texts.joined(separator: ",") + "]")
        document.filtered = "[" + filtered.joined(separator: ",") + "]"
        return document
    }

    private mutating func object(levels: Int) -> GeneratedDocument {
        var (texts, filtered): ([String], [String]) = ([], [])
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let isSensitive = Int.random(in: 0..<3, using: &random) == 0
            let name = escapedAtRandom(
                isSensitive ? sensitiveName() : pick(["id", "tok", "name", "größe", "", "Ke", "o.k\u{212A}ey"]))
            let (before, colon, after) = (space(), space() + ":" + space(), space())
            let value = value(levels: levels)
            texts.append("\(before)\"\(name)\"\(colon)\(value.text)\(after)")
            if !isSensitive { filtered.append("\(before)\"\(name)\"\(colon)\(value.filtered)\(after)") }
        }
        var document = GeneratedDocument("{" + texts.joined(separator: ",") + "}")
        document.filtered = "{" + filtered.joined(separator: ",") + "}"
        return document
    }

    private mutating func sensitiveName() -> String {
        let keyword = pick(["password", "secret", "hash", "key", "token", "salt"])
        let cased = String(keyword.map { Bool.random(using: &random) ? $0 : Character($0.uppercased()) })
        return pick(["", "my_", "ä", "to"]) + cased + pick(["", "s", "\u{301}", "_1"])
    }

    private mutating func escapedAtRandom(_ name: String) -> String {
        name.unicodeScalars.map { scalar in
            guard scalar.value < 0x1_0000, Int.random(in: 0..<6, using: &random) == 0 else { return String(scalar) }
            return unicodeEscape(scalar.value)
        }.joined()
    }

    private mutating func characters() -> String {
        (0..<Int.random(in: 0...12, using: &random)).map { _ in
            switch Int.random(in: 0..<8, using: &random) {
            case 0: pick(["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\ud83d\\ude00"])
            case 1: unicodeEscape(UInt32.random(in: 0..<0xD800, using: &random))
            case 2: pick(["ä", "→", "😀", "\u{FFFF}", "\u{10FFFF}", "\u{80}", "\u{7FF}", "\u{800}"])
            default: pick(["a", "key", "{", "}", "[", "]", ",", ":", " ", "'"])
            }
        }.joined()
    }

    private mutating func unicodeEscape(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: Bool.random(using: &random))
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private mutating func number() -> String {
        pick(["", "-"]) + pick(["0", "7", "10", "19", "123456789", "18446744073709551616"])
            + pick(["", "", ".0", ".90", ".125"]) + pick(["", "", "e2", "E+3", "e-5"])
    }

    private mutating func space() -> String {
        pick(["", "", "", " ", "\n", "\t", "\r\n", "  "])
    }

    private mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int.random(in: choices.indices, using: &random)]
    }
}
