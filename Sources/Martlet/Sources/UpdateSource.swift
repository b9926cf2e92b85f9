import ArgumentParser
import WebhookCore
import WebhookStore

/// `martlet sources update`
struct UpdateSource: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change what is given; the rest stays as it is.")

    @Argument(help: "The source's name.")
    var name: String

    @Option(help: "Whether it takes anything: true or false.")
    var active: Bool?

    @Flag(help: "The given secret counts besides those there are, at most three; without it, instead of them.")
    var keepSecrets = false

    @Flag(help: "Remove all secrets: it takes nothing until it has one again.")
    var removeSecrets = false

    @OptionGroup var flags: SourceFlags
    @OptionGroup var access: SourceAccess

    func run() async throws {
        let secret = try flags.secretFlags.text()
        guard !removeSecrets || (secret == nil && !keepSecrets) else {
            throw UsageError("--remove-secrets leaves none: no secret besides, and no --keep-secrets")
        }
        let updated = try await access.withStore { store in
            let current = try await access.find(name, in: store)
            var draft = SourceDraft(current.settings)
            try flags.apply(to: &draft)
            if let active { draft.isActive = active }
            if removeSecrets { draft.secrets = .remove }
            if let secret { draft.secrets = keepSecrets ? .add(secret) : .replace(secret) }
            let known = draft.addsSecret ? try store.secrets(of: current) : []
            let (settings, secrets) = try usage { [draft] () throws(WebhookCore.ValidationError) in
                let settings = try draft.settings()
                return (settings, try draft.checkedSecrets(after: known, for: settings.scheme))
            }
            guard let updated = try await store.update(current, to: settings, secrets: secrets) else {
                throw CommandError("somebody changed or deleted source \(name) at the same time: look, try again")
            }
            return updated
        }
        access.show(updated)
    }
}
