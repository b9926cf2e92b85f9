/// A source as somebody wants it, before it is checked.
public struct SourceDraft: Sendable {
    public var name: String?
    public var scheme: String?
    public var isActive = true
    public var tolerance: Duration?
    public var url: String?
    public var signatureHeader: String?
    public var signaturePrefix: String?
    public var typeHeader: String?
    public var typeMember: String?
    public var idHeader: String?
    public var secrets = SecretChange.none

    /// What becomes of the secrets there are.
    public enum SecretChange: Sendable, Equatable {
        case none
        /// This one instead of all there are.
        case replace(String)
        /// This one besides those there are: until the sender has changed over, both sign.
        case add(String)
        /// None is left: pushes are refused until there is one again.
        case remove
    }

    /// What is there, whose name and scheme stay as they are.
    private let current: SourceSettings?

    public init() {
        current = nil
    }

    public init(_ settings: SourceSettings) {
        current = settings
        name = settings.name.text
        scheme = settings.scheme.rawValue
        isActive = settings.isActive
        tolerance = settings.scheme.signsTime ? settings.tolerance : nil
        url = settings.url
        signatureHeader = settings.signatureHeader
        signaturePrefix = settings.signaturePrefix.isEmpty ? nil : settings.signaturePrefix
        typeHeader = settings.typeHeader
        typeMember = settings.typeMember
        idHeader = settings.idHeader
    }

    /// The settings, every value checked.
    public func settings() throws(ValidationError) -> SourceSettings {
        guard let name else { throw .malformed("name", "is required") }
        guard let scheme else { throw .malformed("scheme", "is required") }
        guard let scheme = SourceScheme(rawValue: scheme) else {
            let known = SourceScheme.allCases.map(\.rawValue).joined(separator: ", ")
            throw .malformed("scheme", "must be one of \(known)")
        }
        let settings = SourceSettings(
            name: try SourceName(name), scheme: scheme, isActive: isActive,
            tolerance: try checkedTolerance(for: scheme), url: try checkedURL(for: scheme),
            signatureHeader: try header(signatureHeader, "signature_header", for: scheme),
            signaturePrefix: try text(signaturePrefix, "signature_prefix", for: scheme) ?? "",
            typeHeader: try header(typeHeader, "type_header", for: scheme),
            typeMember: try text(typeMember, "type_member", for: scheme),
            idHeader: try header(idHeader, "id_header", for: scheme))
        if let current, current.name != settings.name {
            throw .outOfRange("name", "cannot be changed: it is in the URL and in the names of events")
        }
        if let current, current.scheme != scheme {
            throw .outOfRange("scheme", "cannot be changed: create another source")
        }
        return settings
    }

    /// Whether the secrets there are must be known to say what follows: only then need they be opened.
    public var addsSecret: Bool {
        if case .add = secrets { true } else { false }
    }

    /// The secrets there shall be; `nil`: those there are.
    public func checkedSecrets(
        after current: [SourceSecret], for scheme: SourceScheme
    ) throws(ValidationError) -> [SourceSecret]? {
        switch secrets {
        case .none: return nil
        case .remove: return []
        case .replace(let text): return [try SourceSecret(text, for: scheme)]
        case .add(let text):
            let added = try SourceSecret(text, for: scheme, member: "add_secret")
            guard !current.contains(added) else { return nil }
            guard current.count < SourceSecret.countMax else {
                throw .outOfRange(
                    "add_secret", "there are \(SourceSecret.countMax) secrets already: replace them with `secret`")
            }
            return current + [added]
        }
    }

    /// The secret of a source that is being made: the given one, or one made here where the user may choose it. None:
    /// the sender makes it, and will not show it before it knows the URL.
    public func secretsOfNew(
        _ scheme: SourceScheme, randomBytes: (Int) -> [UInt8]
    ) throws(ValidationError) -> [SourceSecret] {
        if let given = try checkedSecrets(after: [], for: scheme) { return given }
        guard scheme.allowsOwnSecret else { return [] }
        return [.generate(for: scheme, randomBytes: randomBytes(SourceSecret.randomByteCount))]
    }

    private func checkedTolerance(for scheme: SourceScheme) throws(ValidationError) -> Duration {
        guard let tolerance else { return SourceSettings.toleranceDefault }
        guard scheme.signsTime else {
            throw .outOfRange("tolerance", "is not for `\(scheme.rawValue)`, which signs no time")
        }
        guard SourceSettings.toleranceRange.contains(tolerance), tolerance.components.attoseconds == 0 else {
            throw .outOfRange("tolerance", "must be whole seconds, 1s to 24h")
        }
        return tolerance
    }

    /// `https://host/path`: no credentials, query or fragment.
    private func checkedURL(for scheme: SourceScheme) throws(ValidationError) -> String? {
        guard let url else {
            guard scheme != .twilio else {
                throw .malformed(
                    "url", "is required: Twilio signs the address it posts to, such as https://hooks.example.com/in/sms"
                )
            }
            return nil
        }
        guard scheme == .twilio else { throw .outOfRange("url", "is only for `twilio`") }
        let rest = ["https://", "http://"].first(where: url.hasPrefix).map { url.dropFirst($0.count) } ?? ""
        let hasHost = rest.utf8.first.map { $0 != UInt8(ascii: "/") } ?? false
        guard hasHost, url.utf8.count <= 2_048, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !rest.contains(where: { $0 == "?" || $0 == "#" || $0 == "@" })
        else {
            throw .malformed(
                "url", "must be the address that Twilio posts to, without credentials, query and fragment")
        }
        return url
    }

    private func text(
        _ text: String?, _ member: String, for scheme: SourceScheme
    ) throws(ValidationError) -> String? {
        guard let text else { return nil }
        guard scheme.isGeneric else {
            throw .outOfRange(member, "is only for `hmac-hex` and `hmac-base64`; `\(scheme.rawValue)` has its own")
        }
        guard (1...128).contains(text.utf8.count) else { throw .outOfRange(member, "must have 1 to 128 bytes") }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .malformed(member, "must not contain control characters")
        }
        return text
    }

    /// A header's name is a token (RFC 9110 §5.6.2).
    private func header(
        _ name: String?, _ member: String, for scheme: SourceScheme
    ) throws(ValidationError) -> String? {
        guard let name = try text(name, member, for: scheme) else { return nil }
        let isToken = name.utf8.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !#""(),/:;<=>?@[\]{}"#.utf8.contains(byte)
        }
        guard isToken else { throw .malformed(member, "\(quoted(name)) is no name of a header") }
        return name
    }
}
