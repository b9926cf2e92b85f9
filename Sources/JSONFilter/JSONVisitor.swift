/// What a `JSONWalker` reports while it reads a document.
///
/// `depth` is always the number of containers open around what is reported. Whatever a visitor heard before the
/// walker threw belongs to an invalid document and must not be used.
protocol JSONVisitor {
    /// `kind` (`.object` or `.array`) begins with the bracket at `index`, inside `depth` containers.
    mutating func beginContainer(_ kind: JSONKind, at index: Int, depth: Int)

    /// The container that began at `depth` ends with the bracket at `index`.
    mutating func endContainer(at index: Int, depth: Int)

    /// The name of a member. `separator` is the index of the `{` or `,` before the member.
    mutating func name(_ token: JSONStringToken, separator: Int, depth: Int)

    /// A string value.
    mutating func string(_ token: JSONStringToken, depth: Int)

    /// A number, `true`, `false` or `null`.
    mutating func scalar(_ kind: JSONKind, range: Range<Int>, depth: Int)

    /// The `,` or closing bracket at `index` after a member or an element that is inside `depth` containers.
    mutating func separator(at index: Int, isComma: Bool, depth: Int)
}

/// Every report may be ignored.
extension JSONVisitor {
    @inline(__always)
    mutating func beginContainer(_ kind: JSONKind, at index: Int, depth: Int) {}
    @inline(__always)
    mutating func endContainer(at index: Int, depth: Int) {}
    @inline(__always)
    mutating func name(_ token: JSONStringToken, separator: Int, depth: Int) {}
    @inline(__always)
    mutating func string(_ token: JSONStringToken, depth: Int) {}
    @inline(__always)
    mutating func scalar(_ kind: JSONKind, range: Range<Int>, depth: Int) {}
    @inline(__always)
    mutating func separator(at index: Int, isComma: Bool, depth: Int) {}
}
