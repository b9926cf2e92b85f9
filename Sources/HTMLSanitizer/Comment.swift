/// Writes comments.
enum Comment {
    /// Appends a comment with the text of `content`, in which `--` becomes `-`; nothing where no text is left.
    static func append(_ content: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var text: [UInt8] = []
        TextExtraction.append(of: content, to: &text) { EscapedText.append($0, quotes: false, to: &$1) }
        guard !text.isEmpty else { return }
        output.append("<!--")
        var isAfterHyphen = false
        for byte in text {
            let isHyphen = byte == UInt8(ascii: "-")
            if !isHyphen || !isAfterHyphen { output.append(byte) }
            isAfterHyphen = isHyphen
        }
        output.append("-->")
    }
}
