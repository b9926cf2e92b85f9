/// What one scheme knows: how a request is verified, and where it says what it is about.
protocol SourceRules: Sendable {
    /// The field of a form that holds the event as JSON; `nil`: the fields themselves are the event.
    var formDocument: String? { get }

    /// Throws unless one of the keys signed the request, within the tolerance where the time is signed.
    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError)

    /// What was signed, the same over retries, of a sender that does not sign the id of the delivery: with another body a
    /// known id is another delivery. `nil`: the id is signed.
    func signedBesideID(_ request: SourceRequest) -> [UInt8]?

    /// What a verified request says. Whatever is not signed (most headers) is only a name or an id here.
    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading
}

extension SourceRules {
    var formDocument: String? { nil }

    func signedBesideID(_ request: SourceRequest) -> [UInt8]? { nil }
}

/// What a verified request says, in the words of its sender.
enum SourceReading: Equatable {
    /// - Parameters:
    ///   - type: `nil` or empty: the sender does not say.
    ///   - deliveryID: the same over retries; `nil`: the sender gives none.
    case event(type: String?, deliveryID: String?)
    /// The sender wants to see this text before it sends events.
    case challenge(String)
}
