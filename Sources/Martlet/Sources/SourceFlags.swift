import ArgumentParser
import WebhookCore

/// The flags that stand for a source's settings. What is not given stays as it is.
struct SourceFlags: ParsableArguments {
    @Option(help: "How far a signed time may lie from ours, such as 5m, or default.")
    var tolerance: String?

    @Option(help: "twilio: the address it posts to, without a query.")
    var url: String?

    @Option(help: "hmac-…: the header with the signature, or default: X-Signature.")
    var signatureHeader: String?

    @Option(help: "hmac-…: what stands before the signature, such as sha256=, or default: nothing.")
    var signaturePrefix: String?

    @Option(help: "hmac-…: the header with the type of the event, or default: none.")
    var typeHeader: String?

    @Option(help: "hmac-…: the member of the body with the type, or default: none.")
    var typeMember: String?

    @Option(help: "hmac-…: the header with the delivery's id, or default: none.")
    var idHeader: String?

    @OptionGroup var secretFlags: SecretFlags

    /// Takes over what was given, but for the secret.
    func apply(to draft: inout SourceDraft) throws {
        if let tolerance { draft.tolerance = try Self.value(tolerance).map { try Self.duration($0) } }
        if let url { draft.url = url }
        if let signatureHeader { draft.signatureHeader = Self.value(signatureHeader) }
        if let signaturePrefix { draft.signaturePrefix = Self.value(signaturePrefix) }
        if let typeHeader { draft.typeHeader = Self.value(typeHeader) }
        if let typeMember { draft.typeMember = Self.value(typeMember) }
        if let idHeader { draft.idHeader = Self.value(idHeader) }
    }

    private static func value(_ text: String) -> String? {
        text == SubscriptionFlags.defaultWord ? nil : text
    }

    private static func duration(_ text: String) throws -> Duration {
        guard let duration = Int32(text).map({ .seconds($0) }) ?? DurationText.parse(text) else {
            throw UsageError("tolerance: must be seconds, or text such as 30s or 5m, or default")
        }
        return duration
    }
}
