/// Cuts the input into text, tags and comments, as an HTML parser would (HTML Standard §13.2.5) with one exception: what
/// begins like a tag and meets another `<` outside of quotes, the end of the input or a quote that is never closed, is
/// text up to there. So nothing is read twice, and nothing is lost.
struct Tokenizer {
    /// Of one tag: what is written behind so many attributes does not count.
    static let attributesMax = 256

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// Of the start tag that was returned last.
    private(set) var attributes: [WrittenAttribute] = []

    // What is known not to come any more, so that no search for it runs to the end twice.
    private var hasDoubleQuote = true
    private var hasSingleQuote = true
    private var hasCommentEnd = true

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The next piece that may leave something behind; `nil` at the end.
    mutating func next() -> Token? {
        while position < bytes.count {
            if bytes[position] != UInt8(ascii: "<") { return text() }
            if let token = markup() { return token }
        }
        return nil
    }

    private mutating func text() -> Token {
        let start = position
        position = self.index(of: UInt8(ascii: "<"), from: start) ?? bytes.count
        return .text(start..<position)
    }

    /// What begins with `<`; `nil` when all of it goes.
    private mutating func markup() -> Token? {
        let start = position
        guard start + 1 < bytes.count else { return lone() }
        switch bytes[start + 1] {
        case UInt8(ascii: "/"): return endTag()
        case UInt8(ascii: "!"): return declaration()
        case UInt8(ascii: "?"): return bogusComment(from: start + 1, isKept: false)
        case let byte where ASCII.isLetter(byte): return startTag()
        default: return lone()
        }
    }

    private mutating func startTag() -> Token {
        let start = position
        let name = name(from: start + 1)
        position = name.upperBound
        guard let endsWithSlash = readAttributes() else { return .brokenMarkup(start..<position) }
        return .startTag(name: name, endsWithSlash: endsWithSlash)
    }

    private mutating func endTag() -> Token? {
        let start = position
        guard start + 2 < bytes.count else { return lone() }
        if bytes[start + 2] == UInt8(ascii: ">") {
            position = start + 3
            return nil
        }
        guard ASCII.isLetter(bytes[start + 2]) else { return bogusComment(from: start + 2, isKept: true) }
        let name = name(from: start + 2)
        position = name.upperBound
        guard readAttributes() != nil else { return .brokenMarkup(start..<position) }
        return .endTag(name: name)
    }

    /// A comment, a doctype or what neither is.
    private mutating func declaration() -> Token? {
        let start = position
        if has("<!--", at: start) { return comment() }
        let first = start + 2 < bytes.count ? bytes[start + 2] : 0
        let isKept = first &- UInt8(ascii: "a") < 26 && !isDoctype(at: start + 2)
        return bogusComment(from: start + 2, isKept: isKept)
    }

    private mutating func comment() -> Token? {
        let start = position + 4
        for empty: StaticString in [">", "->"] where has(empty, at: start) {
            position = start + empty.utf8CodeUnitCount
            return nil
        }
        guard hasCommentEnd, let content = commentContent(from: start) else {
            hasCommentEnd = false
            return lone()
        }
        return .comment(content)
    }

    /// Up to the first `-->` or `--!>`, and reads past it.
    private mutating func commentContent(from start: Int) -> Range<Int>? {
        var search = start
        while let dash = index(of: UInt8(ascii: "-"), from: search) {
            for end: StaticString in ["-->", "--!>"] where has(end, at: dash) {
                position = dash + end.utf8CodeUnitCount
                return start..<dash
            }
            search = dash + 1
        }
        return nil
    }

    /// What a parser takes for a comment although it is none: up to the next `>`.
    private mutating func bogusComment(from content: Int, isKept: Bool) -> Token? {
        let start = position
        position = content
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
            if bytes[position] == UInt8(ascii: ">") {
                position += 1
                return isKept ? .comment(content..<position - 1) : nil
            }
            position += 1
        }
        return .brokenMarkup(start..<position)
    }

    /// A `<` that begins nothing.
    private mutating func lone() -> Token {
        let start = position
        position += 1
        var end = position
        while end < bytes.count, bytes[end] != UInt8(ascii: "<") {
            if bytes[end] == UInt8(ascii: ">") { return .text(start..<position) }
            end += 1
        }
        position = end
        return .brokenMarkup(start..<end)
    }
}

// MARK: - Names, attributes and values

extension Tokenizer {
    private func name(from start: Int) -> Range<Int> {
        var end = start
        while end < bytes.count, !ASCII.isSpace(bytes[end]) {
            switch bytes[end] {
            case UInt8(ascii: "/"), UInt8(ascii: ">"), UInt8(ascii: "<"): return start..<end
            default: end += 1
            }
        }
        return start..<end
    }

    /// Reads up to and past the `>`: whether there is a slash before it. `nil` where no tag comes out of it, with
    /// everything read that was looked at.
    private mutating func readAttributes() -> Bool? {
        attributes.removeAll(keepingCapacity: true)
        var endsWithSlash = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ">"):
                position += 1
                return endsWithSlash
            case UInt8(ascii: "<"): return nil
            case UInt8(ascii: "/"):
                endsWithSlash = true
                position += 1
            case let byte where ASCII.isSpace(byte): position += 1
            default:
                endsWithSlash = false
                guard let attribute = attribute() else { return nil }
                if attributes.count < Self.attributesMax { attributes.append(attribute) }
            }
        }
        return nil
    }

    private mutating func attribute() -> WrittenAttribute? {
        let start = position
        // An equals sign belongs to the name where a name would begin.
        position += 1
        while position < bytes.count, !ASCII.isSpace(bytes[position]), !endsName(bytes[position]) { position += 1 }
        let name = start..<position
        let end = position
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
            position = end
            return WrittenAttribute(name: name, value: nil)
        }
        position += 1
        skipSpace()
        guard let value = value() else { return nil }
        return WrittenAttribute(name: name, value: value)
    }

    private func endsName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: ">"), UInt8(ascii: "="), UInt8(ascii: "<"): true
        default: false
        }
    }

    private mutating func skipSpace() {
        while position < bytes.count, ASCII.isSpace(bytes[position]) { position += 1 }
    }

    private mutating func value() -> Range<Int>? {
        guard position < bytes.count else { return nil }
        let quote = bytes[position]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let start = position
            while position < bytes.count, !ASCII.isSpace(bytes[position]) {
                switch bytes[position] {
                case UInt8(ascii: ">"): return start..<position
                case UInt8(ascii: "<"): return nil
                default: position += 1
                }
            }
            return start..<position
        }
        position += 1
        let start = position
        guard let end = closing(quote) else { return nil }
        position = end + 1
        return start..<end
    }

    private mutating func closing(_ quote: UInt8) -> Int? {
        if quote == UInt8(ascii: "\"") {
            guard hasDoubleQuote else { return nil }
            let end = index(of: quote, from: position)
            hasDoubleQuote = end != nil
            return end
        }
        guard hasSingleQuote else { return nil }
        let end = index(of: quote, from: position)
        hasSingleQuote = end != nil
        return end
    }
}

// MARK: - Looking

extension Tokenizer {
    private func index(of byte: UInt8, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] == byte { return index }
            index += 1
        }
        return nil
    }

    private func has(_ text: StaticString, at start: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - start >= count else { return false }
        for offset in 0..<count where bytes[start + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private func isDoctype(at start: Int) -> Bool {
        let word: StaticString = "doctype"
        guard bytes.count - start >= word.utf8CodeUnitCount else { return false }
        return (0..<word.utf8CodeUnitCount).allSatisfy {
            ASCII.lowercased(bytes[start + $0]) == word.utf8Start[$0]
        }
    }
}
