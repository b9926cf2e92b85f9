public import GatewayCrypto
internal import JSONFilter
public import WebhookCore

/// Seals what must not be readable in the database, each for the one place it belongs to: a sealed secret copied to
/// another subscription does not open.
public struct SecretVault: Sendable {
    let box: SecretBox

    public init(_ box: SecretBox) {
        self.box = box
    }

    func seal(_ secret: SubscriptionSecret, of id: SubscriptionID) throws -> [UInt8] {
        try box.seal(Array(secret.text.utf8), context: Self.secretContext(of: id))
    }

    func openSecret(_ sealed: [UInt8], of id: SubscriptionID, profile: Profile) throws -> SubscriptionSecret {
        let text = String(decoding: try box.open(sealed, context: Self.secretContext(of: id)), as: UTF8.self)
        guard let secret = SubscriptionSecret(stored: text, for: profile) else {
            throw SecretVaultError.secretDoesNotFitProfile(profile)
        }
        return secret
    }

    func seal(_ headers: CustomHeaders, of id: SubscriptionID) throws -> [UInt8] {
        try box.seal(headers.json, context: Self.headersContext(of: id))
    }

    func openHeaders(_ sealed: [UInt8]?, of id: SubscriptionID) throws -> CustomHeaders {
        guard let sealed else { return .none }
        return try CustomHeaders(storedJSON: box.open(sealed, context: Self.headersContext(of: id)))
    }

    func seal(_ secret: TableSecret, of id: TableID) throws -> [UInt8] {
        try box.seal(Array(secret.text.utf8), context: Self.secretContext(of: id))
    }

    func openSecret(_ sealed: [UInt8], of id: TableID) throws -> TableSecret {
        let text = String(decoding: try box.open(sealed, context: Self.secretContext(of: id)), as: UTF8.self)
        guard let secret = TableSecret(text) else { throw SecretVaultError.noSecretOfATable }
        return secret
    }

    private static func secretContext(of id: TableID) -> String { "table/\(id)/secret" }
    private static func secretContext(of id: SubscriptionID) -> String { "subscription/\(id)/secret" }
    private static func headersContext(of id: SubscriptionID) -> String { "subscription/\(id)/headers" }
}

/// Why a sealed secret cannot be used.
public enum SecretVaultError: Error, Equatable, CustomStringConvertible {
    /// The profile was changed to one that wants another form of secret.
    case secretDoesNotFitProfile(Profile)
    /// What is sealed there is not what this program makes.
    case noSecretOfATable

    public var description: String {
        switch self {
        case .secretDoesNotFitProfile(let profile):
            "the secret does not have the form that the profile \(profile.rawValue) wants: rotate it"
        case .noSecretOfATable:
            "what is stored as the secret of the table is not 32 letters and digits: rotate it"
        }
    }
}
