/// The elements of one JSON array as ranges of its bytes, without a tree.
public struct JSONArrayScanner: Sendable {
    /// One element, in the order of the document.
    public struct Element: Sendable, Equatable {
        public let kind: JSONKind
        /// Where the value stands, first byte to last, without whitespace around it.
        public let range: Range<Int>
    }

    public let elements: [Element]

    /// Reads one document, as strictly as `JSONScanner`, which has to be an array.
    public init(_ bytes: [UInt8]) throws(JSONError) {
        try self.init(bytes, in: bytes.indices)
    }

    /// Reads the array in `bytes[range]`. All ranges, and the offset of an error, count from the start of `bytes`.
    public init(_ bytes: [UInt8], in range: Range<Int>) throws(JSONError) {
        elements = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var collector = TopLevelCollector(bytes: buffer)
            try JSONWalker.walk(buffer, in: range, visitor: &collector)
            return try collector.elements()
        }
    }
}
