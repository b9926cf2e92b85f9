/// Which deliveries of a subscription go out one after the other.
public enum Ordering: Sendable, Hashable {
    /// Each whenever it can.
    case none
    /// All, in the order of their events.
    case subscription
    /// Those whose data has the same value at this path: member names joined by dots (`customer.id`), or a JSON Pointer
    /// (RFC 6901, `/customer/id`) where a name holds a dot. Digits stand for an element of an array.
    case key(String)

    public static let pathBytesMax = 256
    public static let stepsMax = 8

    /// Adopts what was checked when it was stored.
    public init(stored text: String) {
        switch text {
        case "none": self = .none
        case "subscription": self = .subscription
        default: self = .key(text)
        }
    }

    /// - Throws: the rule that `text` breaks.
    public init(_ text: String, member: String = "ordering") throws(ValidationError) {
        self.init(stored: text)
        guard case .key(let path) = self else { return }
        guard !path.isEmpty else {
            throw .malformed(member, "must be `none`, `subscription`, or a path such as `customer.id`")
        }
        guard path.utf8.count <= Self.pathBytesMax else {
            throw .outOfRange(member, "has \(path.utf8.count) bytes, the limit is \(Self.pathBytesMax)")
        }
        guard !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .malformed(member, "must not contain control characters")
        }
        let steps = try Self.steps(of: path, member: member)
        guard steps <= Self.stepsMax else {
            throw .outOfRange(member, "has \(steps) steps, the limit is \(Self.stepsMax)")
        }
    }

    public var text: String {
        switch self {
        case .none: "none"
        case .subscription: "subscription"
        case .key(let path): path
        }
    }

    private static func steps(of path: String, member: String) throws(ValidationError) -> Int {
        guard path.utf8.first == UInt8(ascii: "/") else {
            let steps = path.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard steps.allSatisfy({ !$0.isEmpty }) else {
                throw .malformed(member, "has an empty step: a path is member names joined by single dots")
            }
            return steps.count
        }
        let afterTildes = path.utf8.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false).dropFirst()
        guard afterTildes.allSatisfy({ [UInt8(ascii: "0"), UInt8(ascii: "1")].contains($0.first) }) else {
            throw .malformed(member, "in a JSON Pointer `~` is written `~0` and `/` in a name `~1`")
        }
        return path.utf8.count { $0 == UInt8(ascii: "/") }
    }
}
