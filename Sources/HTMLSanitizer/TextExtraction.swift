/// Leaves out all tags and comments.
enum TextExtraction {
    /// Hands what is between them to `write`, piece by piece; a piece may contain `<`.
    static func append(
        of input: UnsafeBufferPointer<UInt8>, to output: inout [UInt8],
        _ write: (UnsafeBufferPointer<UInt8>, inout [UInt8]) -> Void
    ) {
        var tokenizer = Tokenizer(input)
        while let token = tokenizer.next() {
            switch token {
            case .text(let range), .brokenMarkup(let range):
                write(UnsafeBufferPointer(rebasing: input[range]), &output)
            case .startTag, .endTag, .comment: break
            }
        }
    }
}
