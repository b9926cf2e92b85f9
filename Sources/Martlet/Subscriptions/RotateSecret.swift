import ArgumentParser
import WebhookCore
import WebhookStore

/// `martlet subscriptions rotate-secret`
struct RotateSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-secret", abstract: "Replace the secret; the new one is shown once, the old one is void.")

    @Argument(help: "The subscription's id.")
    var id: SubscriptionID

    @Option(help: "Sign with both secrets this long, such as 24h; only in the profile standard.")
    var overlap: String?

    @OptionGroup var secretFlags: SecretFlags
    @OptionGroup var access: SubscriptionAccess

    /// The longest time that two secrets may sign.
    private static let overlapMax: Duration = .seconds(7 * 86_400)

    func run() async throws {
        let overlap = try parsedOverlap()
        let (rotated, secret) = try await access.withStore { store, _ in
            let current = try await access.find(id, in: store)
            let profile = current.settings.profile
            guard overlap == nil || profile.allowsSecretOverlap else {
                throw UsageError(
                    "a request of the profile \(profile.rawValue) has room for one signature: no --overlap")
            }
            let secret = try newSecret(for: profile)
            guard let rotated = try await store.rotateSecret(of: current, to: secret, overlap: overlap) else {
                throw CommandError("somebody changed or deleted subscription \(id) at the same time: look, try again")
            }
            return (rotated, secret)
        }
        access.show(rotated, secret: secret)
    }

    private func parsedOverlap() throws -> Duration? {
        guard let overlap else { return nil }
        guard let duration = DurationText.parse(overlap), duration > .zero, duration <= Self.overlapMax else {
            throw UsageError("--overlap must be at most 168h, such as 24h, not '\(overlap)'")
        }
        return duration
    }

    private func newSecret(for profile: Profile) throws -> SubscriptionSecret {
        guard let text = try secretFlags.text() else { return .random(for: profile) }
        return try usage { () throws(WebhookCore.ValidationError) in try SubscriptionSecret(text, for: profile) }
    }
}
