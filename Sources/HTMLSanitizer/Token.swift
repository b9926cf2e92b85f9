/// A piece of the input. Ranges count in bytes of it.
enum Token {
    /// Text, which may contain `>` and, as its only byte, a `<` that begins nothing.
    case text(Range<Int>)
    /// Something that began like a tag and never became one: text whose quotes are escaped as well.
    case brokenMarkup(Range<Int>)
    /// The tag's attributes are those of the tokenizer until it reads on.
    case startTag(name: Range<Int>, endsWithSlash: Bool)
    case endTag(name: Range<Int>)
    /// What is between the marks of a comment.
    case comment(Range<Int>)
}

/// An attribute as it is written.
struct WrittenAttribute {
    let name: Range<Int>
    /// Without quotes; `nil` where there is no `=`.
    let value: Range<Int>?
}
