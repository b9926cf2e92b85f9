/// Who calls, as the key says.
public struct Caller: Sendable, Equatable {
    public let role: Role
    /// `nil`: every tenant.
    public let tenant: String?

    public init(role: Role, tenant: String?) {
        (self.role, self.tenant) = (role, tenant)
    }
}
