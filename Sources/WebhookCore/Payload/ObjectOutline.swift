/// Where the top-level members of a JSON object lie in its text. Values are walked over, not read.
struct ObjectOutline {
    struct Member: Equatable {
        /// Everything between the delimiters around the member (the braces and top-level commas), whitespace included.
        let segment: Range<Int>
        /// The text between the quotes of the name, escapes not decoded.
        let name: Range<Int>
    }

    let members: [Member]

    /// `nil` when `text` is no object.
    init?(of text: [UInt8]) {
        let members = text.withUnsafeBufferPointer { bytes in
            var walk = ObjectWalk(bytes: bytes)
            return walk.members()
        }
        guard let members else { return nil }
        self.members = members
    }
}

/// A walk over the text of an object. Nesting is counted, not kept, so that depth costs no memory.
private struct ObjectWalk {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Every member up to the closing brace; `nil` unless the text is one object from its first byte to its last.
    mutating func members() -> [ObjectOutline.Member]? {
        skipWhitespace()
        guard skip(UInt8(ascii: "{")) else { return nil }
        var members: [ObjectOutline.Member] = []
        var segmentStart = position
        skipWhitespace()
        if !skip(UInt8(ascii: "}")) {
            var isClosed = false
            while !isClosed {
                skipWhitespace()
                guard let name = string() else { return nil }
                skipWhitespace()
                guard skip(UInt8(ascii: ":")), skipValue() else { return nil }
                members.append(ObjectOutline.Member(segment: segmentStart..<position, name: name))
                isClosed = skip(UInt8(ascii: "}"))
                guard isClosed || skip(UInt8(ascii: ",")) else { return nil }
                segmentStart = position
            }
        }
        skipWhitespace()
        return position == bytes.count ? members : nil
    }

    /// Moves over a value and the whitespace around it, up to the comma or brace behind it.
    private mutating func skipValue() -> Bool {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return true }
                depth -= 1
            case UInt8(ascii: ","):
                if depth == 0 { return true }
            default: break
            }
            position += 1
        }
        return false
    }

    /// Moves behind a string and returns where the text between its quotes lies.
    private mutating func string() -> Range<Int>? {
        guard skip(UInt8(ascii: "\"")) else { return nil }
        let start = position
        // A local index: most of a document's bytes pass through this loop.
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                return start..<index
            }
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    private mutating func skipWhitespace() {
        while position < bytes.count, bytes[position].isJSONWhitespace { position += 1 }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }
}

extension UInt8 {
    /// Whether RFC 8259 §2 counts this byte as whitespace.
    var isJSONWhitespace: Bool {
        switch self {
        case 0x20, 0x09, 0x0A, 0x0D: true
        default: false
        }
    }
}
