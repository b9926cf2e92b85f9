import JSONFilter
import WebhookCore
import WebhookStore

/// `{"name", "role", "tenant"?}`: the key that somebody wants.
struct KeyRequest {
    static let nameLength = 1...200

    let name: String
    let role: Role
    /// `nil`: not said.
    let tenant: String?

    init(_ body: JSONValue) throws(ValidationError) {
        guard let members = body.objectValue else { throw .malformed("body", "must be a JSON object") }
        if let twice = body.duplicateName { throw .malformed(twice.quoted, "is given more than once") }
        var (name, role, tenant): (String?, Role?, String?) = (nil, nil, nil)
        for member in members {
            switch member.name {
            case "name": name = try Self.name(member.value)
            case "role": role = try Self.role(member.value)
            case "tenant": tenant = member.value.isNull ? nil : try Self.string(member.value, "tenant")
            default:
                throw .malformed(member.name.quoted, "is no member of a key; there are name, role, tenant")
            }
        }
        guard let name else { throw .malformed("name", "is required") }
        guard let role else { throw .malformed("role", "is required") }
        self.name = name
        self.role = role
        self.tenant = tenant
    }

    private static func name(_ value: JSONValue) throws(ValidationError) -> String {
        let name = try string(value, "name")
        guard nameLength.contains(name.unicodeScalars.count) else {
            throw .outOfRange("name", "must have 1 to \(nameLength.upperBound) characters")
        }
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .malformed("name", "must not contain control characters")
        }
        return name
    }

    private static func role(_ value: JSONValue) throws(ValidationError) -> Role {
        guard let role = Role(rawValue: try string(value, "role")) else {
            let names = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw .malformed("role", "must be one of \(names)")
        }
        return role
    }

    private static func string(_ value: JSONValue, _ member: String) throws(ValidationError) -> String {
        guard let text = value.stringValue else { throw .malformed(member, "must be a string") }
        return text
    }
}
