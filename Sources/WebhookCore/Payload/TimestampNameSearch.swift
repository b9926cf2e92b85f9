/// A look over JSON text for what could be the name `timestamp`.
enum TimestampNameSearch {
    /// `false`: no member, at whatever depth, is called `timestamp`, also where names are written with escapes.
    /// `true`: one may be; the same bytes can also be a value, or part of one.
    static func mayFind(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        while start + blockBytes + reach <= text.count {
            if mayBegin(inBlockAt: start, of: text),
                (start..<start + blockBytes).contains(where: { begins(at: $0, of: text) })
            {
                return true
            }
            start += blockBytes
        }
        return (start..<text.count).contains { begins(at: $0, of: text) }
    }

    private static let blockBytes = 64
    /// How far behind its place a look goes.
    private static let reach = 9

    /// Two bytes of each form, which is enough to be rare. Without a branch or an end before the block's, so that the
    /// compiler compares sixteen places and more at once.
    private static func mayBegin(inBlockAt start: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let block = text.baseAddress.map({ $0 + start }) else { return false }
        var found: UInt8 = 0
        for place in 0..<blockBytes {
            let (first, second, tenth) = (block[place], block[place &+ 1], block[place &+ reach])
            let name = (second ^ UInt8(ascii: "t")) | (tenth ^ UInt8(ascii: "p"))
            let escape = (first ^ UInt8(ascii: "\\")) | (second ^ UInt8(ascii: "u"))
            found |= (name == 0 ? 1 : 0) | (escape == 0 ? 1 : 0)
        }
        return found != 0
    }

    /// Whether the name stands here as it is, or an escape of one of its letters, all of which lie between U+0061 and
    /// U+0074.
    private static func begins(at start: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        let left = text.count - start
        switch text[start] {
        case UInt8(ascii: "\""):
            return left > reach && text[start + reach] == UInt8(ascii: "p")
                && text[start...].starts(with: "\"timestamp\"".utf8)
        case UInt8(ascii: "\\"):
            return left > 4 && text[start + 1] == UInt8(ascii: "u")
                && text[start + 2] == UInt8(ascii: "0") && text[start + 3] == UInt8(ascii: "0")
                && (text[start + 4] == UInt8(ascii: "6") || text[start + 4] == UInt8(ascii: "7"))
        default: return false
        }
    }
}
