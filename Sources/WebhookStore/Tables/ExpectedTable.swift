/// What a table has to be like to be changed or deleted: so nobody overwrites what they have not seen.
public struct ExpectedTable: Sendable, Equatable {
    /// Of these it has one, while it has a secret.
    public let versionsWithPushes: [Int64]
    /// Of these it has one, while it has none.
    public let versionsWithoutPushes: [Int64]

    /// - Parameters: empty ones fit no table.
    public init(versionsWithPushes: [Int64], versionsWithoutPushes: [Int64]) {
        self.versionsWithPushes = versionsWithPushes
        self.versionsWithoutPushes = versionsWithoutPushes
    }

    /// That version, whether it has a secret or not.
    public init(version: Int64) {
        self.init(versionsWithPushes: [version], versionsWithoutPushes: [version])
    }
}
