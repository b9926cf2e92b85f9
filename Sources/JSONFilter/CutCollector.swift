/// Finds out which ranges of a document `SensitiveFilter` has to cut.
///
/// To join what stays by single commas, a dropped chunk takes the comma after it along, or, where a chunk before it
/// stays, the comma before it. When all go, all that was between the braces goes.
struct CutCollector: JSONVisitor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let search: KeywordMatcher.Search

    /// The cuts so far: in order, apart from each other.
    private(set) var cuts: [Range<Int>] = []

    /// For each open object, whether a chunk has stayed.
    private var hasKept = NestingBits()
    /// How many containers are open around the member that is being dropped; 0 when none is.
    private var droppedDepth = 0
    private var cutStart = 0

    init(bytes: UnsafeBufferPointer<UInt8>, search: KeywordMatcher.Search) {
        self.bytes = bytes
        self.search = search
    }

    @inline(__always)
    mutating func beginContainer(_ kind: JSONKind, at index: Int, depth: Int) {
        if droppedDepth == 0 { hasKept[depth + 1] = false }
    }

    @inline(__always)
    mutating func name(_ token: JSONStringToken, separator: Int, depth: Int) {
        // Inside of a dropped member nothing is left to decide.
        guard droppedDepth == 0 else { return }
        if isSensitive(token) {
            droppedDepth = depth
            cutStart = hasKept[depth] ? separator : separator + 1
        } else {
            hasKept[depth] = true
        }
    }

    @inline(__always)
    mutating func separator(at index: Int, isComma: Bool, depth: Int) {
        guard depth == droppedDepth else { return }
        cuts.append(cutStart..<(isComma && !hasKept[depth] ? index + 1 : index))
        droppedDepth = 0
    }

    @inline(__always)
    private func isSensitive(_ name: JSONStringToken) -> Bool {
        if name.hasEscapes {
            JSONStringDecoder.decodedBytes(of: name, in: bytes).withUnsafeBufferPointer { search.matches($0) }
        } else {
            search.matches(UnsafeBufferPointer(rebasing: bytes[name.content]))
        }
    }
}
