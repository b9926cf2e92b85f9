/// One pass over one input: cut, filter, balance, write.
struct Sanitizing {
    private let input: UnsafeBufferPointer<UInt8>
    private var open = OpenElements()
    private var output: [UInt8] = []

    /// - Parameter input: UTF-8 without control characters.
    static func result(of input: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var sanitizing = Sanitizing(input: input)
        sanitizing.output.reserveCapacity(input.count + input.count / 8)
        var tokenizer = Tokenizer(input)
        while let token = tokenizer.next() { sanitizing.take(token, of: tokenizer) }
        sanitizing.open.closeAll(&sanitizing.output)
        return sanitizing.output
    }

    private init(input: UnsafeBufferPointer<UInt8>) {
        self.input = input
    }

    private mutating func take(_ token: Token, of tokenizer: borrowing Tokenizer) {
        switch token {
        case .text(let range): text(range, quotes: false)
        case .brokenMarkup(let range): text(range, quotes: true)
        case .startTag(let name, let endsWithSlash):
            guard let element = element(name), open.start(element, &output) else { break }
            Tag.appendStart(
                element, tokenizer.attributes, of: input, endsWithSlash: endsWithSlash, to: &output)
        case .endTag(let name):
            if let element = element(name) { open.end(element, &output) }
        case .comment(let range):
            Comment.append(UnsafeBufferPointer(rebasing: input[range]), to: &output)
        }
    }

    private mutating func text(_ range: Range<Int>, quotes: Bool) {
        let text = UnsafeBufferPointer(rebasing: input[range])
        open.beforeText(isBlank: { text.allSatisfy(ASCII.isSpace) }, &output)
        EscapedText.append(text, quotes: quotes, to: &output)
    }

    private func element(_ name: Range<Int>) -> Element? {
        Element(name: UnsafeBufferPointer(rebasing: input[name]))
    }
}
