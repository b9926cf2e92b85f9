/// One member of a JSON object.
public struct JSONMember: Sendable, Equatable {
    /// The name with its escapes resolved.
    public var name: String
    public var value: JSONValue

    public init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}
