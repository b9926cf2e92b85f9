/// Builds a `JSONValue` from what a `JSONWalker` reports.
struct JSONTreeBuilder: JSONVisitor {
    /// A container that is still open.
    private enum Frame {
        case array([JSONValue])
        /// `name` belongs to the value that comes next.
        case object([JSONMember], name: String)
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var open: [Frame] = []

    /// The document, once the walk has ended without an error.
    private(set) var root: JSONValue = .null

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func beginContainer(_ kind: JSONKind, at index: Int, depth: Int) {
        open.append(kind == .object ? .object([], name: "") : .array([]))
    }

    mutating func endContainer(at index: Int, depth: Int) {
        switch open.removeLast() {
        case .array(let elements): append(.array(elements))
        case .object(let members, _): append(.object(members))
        }
    }

    mutating func name(_ token: JSONStringToken, separator: Int, depth: Int) {
        guard case .object(let members, _) = open.removeLast() else {
            preconditionFailure("a name outside of an object")
        }
        open.append(.object(members, name: JSONStringDecoder.string(of: token, in: bytes)))
    }

    mutating func string(_ token: JSONStringToken, depth: Int) {
        append(.string(JSONStringDecoder.string(of: token, in: bytes)))
    }

    mutating func scalar(_ kind: JSONKind, range: Range<Int>, depth: Int) {
        switch kind {
        case .number: append(.number(String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)))
        case .bool: append(.bool(bytes[range.lowerBound] == UInt8(ascii: "t")))
        default: append(.null)
        }
    }

    /// Adds a finished value to the innermost open container.
    ///
    /// The frame is taken off the stack while it grows, so that its array has one owner and is not copied.
    private mutating func append(_ value: JSONValue) {
        switch open.popLast() {
        case nil: root = value
        case .array(var elements):
            elements.append(value)
            open.append(.array(elements))
        case .object(var members, let name):
            members.append(JSONMember(name: name, value: value))
            open.append(.object(members, name: name))
        }
    }
}
