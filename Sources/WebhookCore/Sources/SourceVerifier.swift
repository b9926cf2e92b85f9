internal import GatewayCrypto

/// Judges the requests of one source. Its keys are prepared once.
public struct SourceVerifier: Sendable {
    private let name: SourceName
    private let rules: any SourceRules
    /// Whether the sender shows people what their forms are answered.
    public let showsAnswers: Bool

    /// - Parameter secrets: a request signed with any of them is genuine; at least one.
    public init(_ settings: SourceSettings, secrets: [SourceSecret]) {
        precondition(!secrets.isEmpty, "without a secret anybody's request would be as good as any other")
        name = settings.name
        showsAnswers = settings.scheme == .slack
        let algorithm: HMACAlgorithm = settings.scheme == .twilio ? .sha1 : .sha256
        rules = settings.scheme.rules(settings, SourceKeys(secrets.map(\.key), algorithm: algorithm))
    }

    /// - Throws: `JSONError` or `ValidationError` when a genuine request holds nothing that can be an event.
    public func judge(_ request: SourceRequest, now: Timestamp) throws -> SourceVerdict {
        do {
            try rules.verify(request, now: now)
        } catch {
            return .refused(error)
        }
        let content = try SourceContent(request, formDocument: rules.formDocument)
        switch rules.read(content, of: request) {
        case .challenge(let text): return .challenge(text)
        case .event(let type, let deliveryID):
            let name = EventName.source(name, type: type)
            return .accepted(
                SourceEvent(
                    name: name, data: content.data, deliveryID: deliveryID,
                    contentHash: deliveryID == nil ? nil : contentHash(of: request, as: name),
                    isForm: content.isForm))
        }
    }

    private func contentHash(of request: SourceRequest, as name: EventName) -> [UInt8]? {
        rules.signedBesideID(request).map { SHA256.hash(Array("\(name.text)\n".utf8) + $0) }
    }
}
