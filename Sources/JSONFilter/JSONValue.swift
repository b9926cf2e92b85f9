/// A JSON document as a tree, for requests of the API: small, and read member by member.
///
/// Event data never becomes one: it has to stay as it was given, byte for byte. `==` compares strings as Swift does,
/// by canonical equivalence, and numbers as they are written.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number as it was written, such as `19.90` or an integer of any length.
    case number(String)
    /// A string with its escapes resolved. A surrogate without a partner has become U+FFFD.
    case string(String)
    case array([JSONValue])
    /// The members in their order. Names may occur twice: see `duplicateName`.
    case object([JSONMember])

    /// Reads one document, as strictly as `JSONScanner`.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        try self.init(parsing: bytes, in: bytes.indices)
    }

    /// Reads the document in `bytes[range]`. The offset of an error counts from the start of `bytes`.
    public init(parsing bytes: [UInt8], in range: Range<Int>) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var builder = JSONTreeBuilder(bytes: buffer)
            try JSONWalker.walk(buffer, in: range, visitor: &builder)
            return builder.root
        }
    }

    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    public var isNull: Bool { self == .null }

    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number when it is written as an integer (`1`, not `1.0` or `1e0`) in the range of `Int`.
    public var intValue: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }

    /// The number as the nearest `Double`; `nil` when it is too large to be finite.
    public var doubleValue: Double? {
        guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object, in their order.
    public var objectValue: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The value of the first member of that name; `nil` when there is none, or this is no object.
    ///
    /// Names are compared as bytes: Swift's `==` would take `é` for `e` with an accent.
    public func member(named name: String) -> JSONValue? {
        objectValue?.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The first name that occurs a second time in this object; `nil` when none does, or this is no object. Objects
    /// inside this one are not looked at.
    public var duplicateName: String? {
        objectValue.flatMap { DuplicateNames.first(in: $0.lazy.map(\.name)) }
    }
}
