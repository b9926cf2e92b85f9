/// Where a string stands in a document, quotes included.
struct JSONStringToken {
    /// The index of the opening quote.
    let start: Int
    /// The index after the closing quote.
    let end: Int
    /// Whether a backslash occurs; without one the bytes between the quotes are the string itself.
    let hasEscapes: Bool

    /// The bytes between the quotes.
    var content: Range<Int> { start + 1..<end - 1 }
}
