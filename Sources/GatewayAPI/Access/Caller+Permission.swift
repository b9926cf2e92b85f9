import WebhookCore
import WebhookStore

extension Caller {
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
        guard TenantName.isValid(name) else { throw .unprocessable("tenant: \(TenantName.rule)") }
        // A tenant beyond the key's own is not there, as far as its holder can see.
        guard tenant == nil || tenant == name else { throw .notFound("tenant: there is no tenant \(name.quoted)") }
        return name
    }
}
