import GatewayCrypto
public import WebhookCore
public import WebhookStore

/// What one HTTP server is told at its start.
public struct GatewayServerConfiguration: Sendable {
    /// An IP address or a name to bind to; an IPv6 address without brackets.
    public var host: String
    /// 0 lets the system choose; the line "listening on …" says which it chose.
    public var port: Int
    /// Accept `http://` subscription URLs: for local tests only.
    public var allowHTTP: Bool
    /// Judges subscription URLs that name an IP address.
    public var addressGuard: AddressGuard
    /// Seals secrets and credentials of subscriptions.
    public var secretVault: SecretVault
    /// What the sensitive filter looks for besides its defaults and what the database holds.
    public var sensitiveKeywords: [String]
    public var limits: ConnectionLimits
    /// SHA-256 of the admin key that is accepted besides those in the database; `nil`: only those.
    let adminKeyHash: KeyHash?

    public init(
        host: String, port: Int, adminKey: String?, allowHTTP: Bool = false,
        addressGuard: AddressGuard = AddressGuard(),
        secretVault: SecretVault, sensitiveKeywords: [String] = [], limits: ConnectionLimits = ConnectionLimits()
    ) {
        self.host = host
        self.port = port
        self.allowHTTP = allowHTTP
        self.addressGuard = addressGuard
        self.secretVault = secretVault
        self.sensitiveKeywords = sensitiveKeywords
        self.limits = limits
        adminKeyHash = adminKey.map(KeyHash.init(of:))
    }
}
