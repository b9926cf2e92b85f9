/// What becomes of a request to a source.
public enum SourceVerdict: Sendable, Equatable {
    case accepted(SourceEvent)
    /// Genuine, and to be answered with this text; there is no event.
    case challenge(String)
    /// Not genuine, or too old: for the log. Whoever sent it learns only that it was refused.
    case refused(VerificationError)
}

/// The event that a verified request carries; its sensitive members are still in it.
public struct SourceEvent: Sendable, Equatable {
    public let name: EventName
    /// JSON text: the body, byte for byte, or the fields of a form.
    public let data: [UInt8]
    /// The sender's id of the delivery, the same over its retries; `nil`: it gives none.
    public let deliveryID: String?
    /// Where the sender does not sign that id: SHA-256 of what it signed and of the name of the event, which the id is
    /// only worth together with; `nil`: it signs it, or gives none.
    public let contentHash: [UInt8]?
    /// It came as a form: whoever sent it may be showing the answer to a person.
    public let isForm: Bool
}
