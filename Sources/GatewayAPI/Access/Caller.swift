import WebhookStore

/// Who calls, as the key says.
struct Caller: Sendable, Equatable {
    let role: Role
    /// `nil`: every tenant.
    let tenant: String?

    /// Calls that need no key; the role is not looked at.
    static let nobody = Caller(role: .viewer, tenant: nil)

    func may(_ permission: Permission) -> Bool {
        switch (permission, role) {
        case (.open, _), (_, .admin), (.publish, .publisher), (.read, .viewer): true
        default: false
        }
    }

    /// `name`, where this caller may work in the tenant of that name.
    func tenant(_ name: String) throws(Problem) -> String {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isTenantByte) else {
            throw .unprocessable("tenant: must be 1 to 64 letters A-Z and a-z, digits, `_` and `-`")
        }
        // A tenant beyond the key's own is not there, as far as its holder can see.
        guard tenant == nil || tenant == name else { throw .notFound("tenant: there is no tenant \(name.quoted)") }
        return name
    }

    private func isTenantByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
