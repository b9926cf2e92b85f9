/// The members of one JSON object as ranges of its bytes, without a tree.
///
/// Made for envelopes such as `{"event": "x", "data": …}`, where one member is passed on as it is: the whole document is
/// validated and taken apart in one pass, and `bytes[member.range]` is the raw value.
public struct JSONObjectScanner: Sendable {
    /// One member, in the order of the document.
    public struct Member: Sendable, Equatable {
        /// The name with its escapes resolved.
        public let name: String
        public let kind: JSONKind
        /// Where the value stands, first byte to last, without whitespace around it.
        public let range: Range<Int>
    }

    /// All members as they come, names that occur twice included.
    public let members: [Member]

    /// Reads one document, as strictly as `JSONScanner`, which has to be an object.
    public init(_ bytes: [UInt8]) throws(JSONError) {
        try self.init(bytes, in: bytes.indices)
    }

    /// Reads the object in `bytes[range]`. All ranges, and the offset of an error, count from the start of `bytes`.
    public init(_ bytes: [UInt8], in range: Range<Int>) throws(JSONError) {
        members = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var collector = TopLevelCollector(bytes: buffer)
            try JSONWalker.walk(buffer, in: range, visitor: &collector)
            return try collector.members()
        }
    }

    /// The first member of that name, compared as bytes; `nil` when there is none.
    public func member(named name: String) -> Member? {
        members.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// The first name that occurs a second time, compared as bytes; `nil` when none does.
    public var duplicateName: String? {
        DuplicateNames.first(in: members.lazy.map(\.name))
    }
}
