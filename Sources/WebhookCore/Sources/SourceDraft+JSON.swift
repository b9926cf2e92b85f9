public import JSONFilter

extension SourceDraft {
    /// The members that the API takes.
    public static let memberNames = [
        "name", "scheme", "active", "tolerance", "url", "signature_header", "signature_prefix", "type_header",
        "type_member", "id_header", "secret", "add_secret",
    ]

    /// Takes over the members of an API request, as `SubscriptionDraft` does: what is not given stays, `null` goes back
    /// to the default; a `secret` of `null` removes them all.
    ///
    /// - Throws: a `.malformed` error for the first member that is unknown, given twice or of the wrong type.
    public mutating func apply(_ request: JSONValue) throws(ValidationError) {
        guard let members = request.objectValue else { throw .malformed("body", "must be a JSON object") }
        if let name = request.duplicateName { throw .malformed(name, "is given more than once") }
        for member in members { try apply(member) }
    }

    private mutating func apply(_ member: JSONMember) throws(ValidationError) {
        let reader = MemberReader(member)
        switch member.name {
        case "name": name = try reader.string()
        case "scheme": scheme = try reader.string()
        case "active": isActive = try reader.boolean()
        case "tolerance": tolerance = try reader.orNull { reader throws(ValidationError) in try reader.duration() }
        case "url": url = try reader.stringOrNull()
        case "signature_header": signatureHeader = try reader.stringOrNull()
        case "signature_prefix": signaturePrefix = try reader.stringOrNull()
        case "type_header": typeHeader = try reader.stringOrNull()
        case "type_member": typeMember = try reader.stringOrNull()
        case "id_header": idHeader = try reader.stringOrNull()
        case "secret": try change(.init(replacingWith: try reader.stringOrNull()))
        case "add_secret": try change(.add(try reader.string()))
        default:
            let known = SourceDraft.memberNames.joined(separator: ", ")
            throw .malformed(quoted(member.name), "is no member of a source; there are \(known)")
        }
    }

    private mutating func change(_ change: SecretChange) throws(ValidationError) {
        guard secrets == .none else {
            throw .malformed("add_secret", "adds to the secrets there are, `secret` replaces them: give one of the two")
        }
        secrets = change
    }
}

extension SourceDraft.SecretChange {
    fileprivate init(replacingWith text: String?) {
        self = text.map { .replace($0) } ?? .remove
    }
}

extension MemberReader {
    fileprivate func stringOrNull() throws(ValidationError) -> String? {
        try orNull { reader throws(ValidationError) in try reader.string() }
    }
}
