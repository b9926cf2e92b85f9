/// Drops the members of a JSON document whose names say that they hold something secret.
///
/// A member is dropped when its name contains a keyword. Names are compared after their escapes are resolved, as
/// bytes, ASCII letters in either case. Values are never looked at, and a dropped member goes with all that is inside
/// it. The rule applies to objects at every depth, also inside arrays.
///
/// ## What the result looks like, to the byte
///
/// `martlet.dispatch` does the same in SQL; `Tests/Fixtures/sensitive-filter-cases.json` holds both to this rule:
///
/// 1. A **chunk** of an object is everything between two neighbouring separators of that object, where the
///    separators are its `{`, its `,` and its `}`: whitespace, name, colon, value, whitespace. An object of n members
///    has n chunks.
/// 2. The chunks of dropped members go, and those that stay are joined by a single `,` in their order. Whitespace
///    inside a chunk that stays does not change; the whitespace of a chunk that goes, goes with it.
/// 3. When no chunk stays, the result is `{}`. An object without members, such as `{ }`, has nothing to drop and
///    does not change.
/// 4. Inside a chunk that stays, the value is treated by the same rules. Nothing else in the document changes.
///
/// `{ "id": 1 , "token": "x" , "n": 19.90 }` becomes `{ "id": 1 , "n": 19.90 }`, and `{ "token": "x", "id": 1}` becomes
/// `{ "id": 1}`.
public struct SensitiveFilter: Sendable {
    /// What no configuration can take away.
    public static let defaultKeywords = ["password", "secret", "hash", "key", "token", "salt"]

    /// The defaults and then the additional keywords, each once, ASCII letters in lower case.
    public let keywords: [String]

    private let matcher: KeywordMatcher

    /// - Parameter additionalKeywords: more keywords. Whitespace around each is removed, and those of which nothing is
    ///   left are ignored. Only ASCII letters match in either case; all other bytes match exactly.
    public init(additionalKeywords: [String] = []) {
        var keywords: [[UInt8]] = []
        for keyword in Self.defaultKeywords + additionalKeywords {
            let bytes = Self.normalized(keyword)
            if !bytes.isEmpty, !keywords.contains(bytes) { keywords.append(bytes) }
        }
        self.keywords = keywords.map { String(decoding: $0, as: UTF8.self) }
        matcher = KeywordMatcher(keywords: keywords)
    }

    private static func normalized(_ keyword: String) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let trimmed = keyword.utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        return trimmed.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 0x20 : $0 }
    }

    /// Whether a member of this name would be dropped. `name` is the decoded name, without quotes.
    public func drops(name: String) -> Bool {
        var name = name
        return name.withUTF8 { name in
            matcher.withSearch { $0.matches(name) }
        }
    }

    /// Validates `bytes` as one JSON document (see `JSONScanner`) and returns it without its sensitive members.
    ///
    /// One pass. When nothing is dropped, the result is `bytes` itself, not a copy.
    public func filtered(_ bytes: [UInt8]) throws(JSONError) -> [UInt8] {
        try filtered(bytes, in: bytes.indices)
    }

    /// The value in `bytes[range]` without its sensitive members: for a value whose range came from
    /// `JSONObjectScanner` or `JSONArrayScanner`, so that it is copied once and never cut out first.
    ///
    /// For such a range this never throws. Any other range is checked all the same, with offsets that count from the
    /// start of `bytes`.
    public func filtered(_ bytes: [UInt8], in range: Range<Int>) throws(JSONError) -> [UInt8] {
        let cuts = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try matcher.withSearch { (search) throws(JSONError) in
                var collector = CutCollector(bytes: buffer, search: search)
                try JSONWalker.walk(buffer, in: range, visitor: &collector)
                return collector.cuts
            }
        }
        if cuts.isEmpty { return range == bytes.indices ? bytes : Array(bytes[range]) }
        return Self.removing(cuts, from: bytes, in: range)
    }

    /// `bytes[range]` without `cuts`, which are in order and do not overlap.
    private static func removing(_ cuts: [Range<Int>], from bytes: [UInt8], in range: Range<Int>) -> [UInt8] {
        let count = cuts.reduce(range.count) { $0 - $1.count }
        var kept: [UInt8] = []
        kept.reserveCapacity(count)
        var start = range.lowerBound
        for cut in cuts {
            kept.append(contentsOf: bytes[start..<cut.lowerBound])
            start = cut.upperBound
        }
        kept.append(contentsOf: bytes[start..<range.upperBound])
        return kept
    }
}
