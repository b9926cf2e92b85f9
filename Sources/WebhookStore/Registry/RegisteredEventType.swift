/// An event type as the registry has it.
public struct RegisteredEventType: Sendable, Equatable {
    /// Its name in the whole registry, `plugin/event`.
    public struct Key: Sendable, Equatable, LosslessStringConvertible {
        public let plugin: String
        public let event: String

        public init(plugin: String, event: String) {
            (self.plugin, self.event) = (plugin, event)
        }

        /// `nil`: has no slash. Neither name holds one.
        public init?(_ description: String) {
            let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !description.unicodeScalars.contains("\0") else { return nil }
            self.init(plugin: String(parts[0]), event: String(parts[1]))
        }

        public var description: String { "\(plugin)/\(event)" }
    }

    public let key: Key
    /// `auto`, `manual` or `system`.
    public let kind: String
    /// Of an auto event: whose items change.
    public let contentTable: String?
    public let description: String
}
