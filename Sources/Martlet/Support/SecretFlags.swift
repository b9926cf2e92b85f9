import ArgumentParser
import Glibc
import WebhookCore

/// `--secret`, `--secret-file`, or the environment: where a subscription's secret comes from.
struct SecretFlags: ParsableArguments {
    /// The environment variable: unlike a flag, other users' process lists do not show it.
    static let variable = "WEBHOOK_SECRET"

    @Option(help: "The secret. Others see it in the process list: better --secret-file or WEBHOOK_SECRET.")
    var secret: String?

    @Option(help: ArgumentHelp("A file with the secret.", valueName: "path"))
    var secretFile: String?

    func validate() throws {
        guard secret == nil || secretFile == nil else {
            throw ArgumentParser.ValidationError("give --secret or --secret-file, not both")
        }
    }

    /// The text of the flag or the file; `nil` when neither was given.
    func text() throws -> String? {
        guard let secretFile else { return secret }
        let text = String(decoding: try InputFile.read(secretFile), as: UTF8.self)
        return String(text.reversed().drop { $0.isNewline }.reversed())
    }

    /// The secret of a receiver, checked for `profile`, the environment considered; `nil` when there is none.
    func receiverSecret(for profile: Profile) throws -> SubscriptionSecret? {
        let environment = getenv(Self.variable).map { String(cString: $0) } ?? ""
        guard let text = try text() ?? (environment.isEmpty ? nil : environment) else { return nil }
        return try usage { () throws(WebhookCore.ValidationError) in try SubscriptionSecret(text, for: profile) }
    }

    /// - Throws: a usage error when there is none.
    func requiredReceiverSecret(for profile: Profile) throws -> SubscriptionSecret {
        guard let secret = try receiverSecret(for: profile) else {
            throw UsageError("a secret is needed: --secret-file, \(Self.variable) or --secret")
        }
        return secret
    }
}
