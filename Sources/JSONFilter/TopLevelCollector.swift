/// Notes where the members or elements of the outermost container stand.
struct TopLevelCollector: JSONVisitor {
    private struct Part {
        let name: JSONStringToken?
        let kind: JSONKind
        let range: Range<Int>
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var parts: [Part] = []
    private var rootKind = JSONKind.null
    private var rootStart = 0
    /// The name of the member that is being read.
    private var name: JSONStringToken?
    /// The container at the top level that is being read.
    private var containerKind = JSONKind.null
    private var containerStart = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The members of the document.
    func members() throws(JSONError) -> [JSONObjectScanner.Member] {
        guard rootKind == .object else { throw JSONError(offset: rootStart, reason: .notAnObject) }
        return parts.map { part in
            let name = part.name.map { JSONStringDecoder.string(of: $0, in: bytes) } ?? ""
            return JSONObjectScanner.Member(name: name, kind: part.kind, range: part.range)
        }
    }

    /// The elements of the document.
    func elements() throws(JSONError) -> [JSONArrayScanner.Element] {
        guard rootKind == .array else { throw JSONError(offset: rootStart, reason: .notAnArray) }
        return parts.map { JSONArrayScanner.Element(kind: $0.kind, range: $0.range) }
    }

    @inline(__always)
    mutating func beginContainer(_ kind: JSONKind, at index: Int, depth: Int) {
        if depth == 0 {
            (rootKind, rootStart) = (kind, index)
        } else if depth == 1 {
            (containerKind, containerStart) = (kind, index)
        }
    }

    @inline(__always)
    mutating func endContainer(at index: Int, depth: Int) {
        if depth == 1 { parts.append(Part(name: name, kind: containerKind, range: containerStart..<index + 1)) }
    }

    @inline(__always)
    mutating func name(_ token: JSONStringToken, separator: Int, depth: Int) {
        if depth == 1 { name = token }
    }

    @inline(__always)
    mutating func string(_ token: JSONStringToken, depth: Int) {
        scalar(.string, range: token.start..<token.end, depth: depth)
    }

    @inline(__always)
    mutating func scalar(_ kind: JSONKind, range: Range<Int>, depth: Int) {
        if depth == 0 {
            (rootKind, rootStart) = (kind, range.lowerBound)
        } else if depth == 1 {
            parts.append(Part(name: name, kind: kind, range: range))
        }
    }
}
