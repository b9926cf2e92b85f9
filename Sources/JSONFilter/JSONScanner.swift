/// Tells whether bytes are JSON.
///
/// Strict RFC 8259: exactly one value of any kind, whitespace around it allowed; strings in well-formed UTF-8; no byte
/// order mark; at most `JSONLimits.depthMax` nested containers. Lone surrogates written as escapes (`\ud800`), `\u0000`
/// and names that occur twice are grammatical, so they pass.
public enum JSONScanner {
    /// Throws unless `bytes` are one JSON document. One pass, no allocation.
    public static func validate(_ bytes: [UInt8]) throws(JSONError) {
        try validate(bytes, in: bytes.indices)
    }

    /// Throws unless `bytes[range]` is one JSON document, such as one line of newline-delimited JSON. The offset of
    /// an error counts from the start of `bytes`.
    public static func validate(_ bytes: [UInt8], in range: Range<Int>) throws(JSONError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var nobody = IgnoringVisitor()
            try JSONWalker.walk(buffer, in: range, visitor: &nobody)
        }
    }

    /// For whom being valid is all there is to know.
    private struct IgnoringVisitor: JSONVisitor {}
}
