/// Searches names for any of several keywords at once, ASCII letters in either case.
///
/// The Shift-And method (Baeza-Yates and Gonnet, 1992): the keywords stand side by side in one word of 64 bits, and bit
/// *i* is set while the bytes just read match their keyword from its first byte up to the byte at *i*. A byte costs a
/// shift, an OR and an AND, whatever the keywords are. The six default keywords take 30 bits. Of a list that does not
/// fit, only the beginnings of the keywords stand there, and a hit is confirmed by comparing whole keywords.
///
/// Bytes are compared, never characters: U+212A KELVIN SIGN is no `k`, and a combining mark after `key` hides nothing.
struct KeywordMatcher: Sendable {
    private let keywords: [[UInt8]]
    /// For each of the 256 bytes, the bits of the positions that it matches.
    private let positions: [UInt64]
    /// The bit of each keyword's first byte.
    private let starts: UInt64
    /// The bit of the last byte of each keyword, or of as much of it as stands in the word.
    private let ends: UInt64
    /// Whether all keywords stand in the word as a whole, so that a hit needs no confirmation.
    private let isComplete: Bool

    /// - Parameter keywords: at least one; none empty, ASCII letters in lower case.
    init(keywords: [[UInt8]]) {
        precondition(!keywords.isEmpty && !keywords.contains([]), "an empty keyword is in every name")
        let prefixBytesMax = Self.prefixBytesMax(of: keywords)
        var positions = [UInt64](repeating: 0, count: 256)
        var starts: UInt64 = 0
        var ends: UInt64 = 0
        var bit = 0
        for keyword in keywords where prefixBytesMax > 0 {
            let prefix = keyword.prefix(prefixBytesMax)
            starts |= 1 << UInt64(bit)
            ends |= 1 << UInt64(bit + prefix.count - 1)
            for byte in prefix {
                positions[Int(byte)] |= 1 << UInt64(bit)
                if byte != Self.uppercased(byte) { positions[Int(Self.uppercased(byte))] |= 1 << UInt64(bit) }
                bit += 1
            }
        }
        self.keywords = keywords
        self.positions = positions
        self.starts = starts
        self.ends = ends
        isComplete = keywords.allSatisfy { $0.count <= prefixBytesMax }
    }

    /// How long prefixes of all keywords may be to fit into 64 bits together; 0 when not even their first bytes do.
    private static func prefixBytesMax(of keywords: [[UInt8]]) -> Int {
        (1...64).last { bytesMax in keywords.reduce(0) { $0 + min($1.count, bytesMax) } <= 64 } ?? 0
    }

    private static func uppercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 0x20 : byte
    }

    /// Lends a search to `body`; it must not be used afterwards.
    @inline(__always)
    func withSearch<R, E: Error>(_ body: (Search) throws(E) -> R) throws(E) -> R {
        try positions.withUnsafeBufferPointer { (positions) throws(E) in
            guard let base = positions.baseAddress else { preconditionFailure("256 positions have an address") }
            return try body(Search(positions: base, starts: starts, ends: ends, matcher: self))
        }
    }
}

extension KeywordMatcher {
    /// A matcher whose positions are lent as a plain pointer: counting references for each name of a document costs
    /// as much as searching it.
    struct Search {
        fileprivate let positions: UnsafePointer<UInt64>
        fileprivate let starts: UInt64
        fileprivate let ends: UInt64
        fileprivate let matcher: KeywordMatcher

        /// Whether `name` contains a keyword.
        @inline(__always)
        func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
            var state: UInt64 = 0
            var found: UInt64 = 0
            for byte in name {
                state = ((state &<< 1) | starts) & positions[Int(byte)]
                found |= state
            }
            // Without `ends` nothing stands in the word, so that it excludes nothing.
            guard found & ends != 0 || ends == 0 else { return false }
            return matcher.isComplete || matcher.confirms(name)
        }
    }

    /// Whether `name`, in which the beginning of a keyword has been found, contains a whole one.
    private func confirms(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        keywords.contains { keyword in
            guard keyword.count <= name.count else { return false }
            return (0...name.count - keyword.count).contains { start in
                keyword.indices.allSatisfy { offset in
                    keyword[offset] == name[start + offset]
                        || Self.uppercased(keyword[offset]) == name[start + offset]
                }
            }
        }
    }
}
