/// What can be set of a source besides its secrets.
public struct SourceSettings: Sendable, Equatable {
    public static let toleranceRange: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)
    public static let toleranceDefault: Duration = .seconds(300)
    public static let signatureHeaderDefault = "X-Signature"

    public let name: SourceName
    public let scheme: SourceScheme
    public let isActive: Bool
    /// How far a signed time may lie from ours, either way; whole seconds.
    public let tolerance: Duration
    /// `twilio`: where the sender posts to, without a query.
    public let url: String?
    /// `hmac-…`: the header with the signature; `nil`: `signatureHeaderDefault`.
    public let signatureHeader: String?
    /// `hmac-…`: what stands in that header before the signature, such as `sha256=`.
    public let signaturePrefix: String
    /// `hmac-…`: the header with the type of the event.
    public let typeHeader: String?
    /// `hmac-…`: the member at the top of the body with the type, where no header has it.
    public let typeMember: String?
    /// `hmac-…`: the header with the delivery's id; `nil`: nothing is taken for a duplicate.
    public let idHeader: String?

    /// Adopts settings that were checked: by `SourceDraft`, or when they were stored.
    public init(
        name: SourceName, scheme: SourceScheme, isActive: Bool, tolerance: Duration, url: String?,
        signatureHeader: String?, signaturePrefix: String, typeHeader: String?, typeMember: String?, idHeader: String?
    ) {
        self.name = name
        self.scheme = scheme
        self.isActive = isActive
        self.tolerance = tolerance
        self.url = url
        self.signatureHeader = signatureHeader
        self.signaturePrefix = signaturePrefix
        self.typeHeader = typeHeader
        self.typeMember = typeMember
        self.idHeader = idHeader
    }
}
