import ArgumentParser
import GatewayCrypto
import WebhookCore
import WebhookStore

/// `martlet sources create`
struct CreateSource: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a source; its secret is shown once.",
        discussion: """
            Schemes: \(SourceScheme.allCases.map(\.rawValue).joined(separator: ", ")).
            Without a secret one is made where you may choose it; else the source takes nothing until it has one.
            """)

    @Argument(help: "Its name, in the path /in/NAME and in its events source.NAME.…")
    var name: String

    @Option(help: "Who signs what it is sent.")
    var scheme: String

    @OptionGroup var flags: SourceFlags
    @OptionGroup var access: SourceAccess

    func run() async throws {
        var draft = SourceDraft()
        draft.name = name
        draft.scheme = scheme
        try flags.apply(to: &draft)
        if let secret = try flags.secretFlags.text() { draft.secrets = .replace(secret) }
        let (settings, secrets) = try usage { [draft] () throws(WebhookCore.ValidationError) in
            let settings = try draft.settings()
            return (settings, try draft.secretsOfNew(settings.scheme) { SecureRandom.bytes($0) })
        }
        let created = try await access.withStore { store in
            guard let created = try await store.create(settings, secrets: secrets, tenant: access.tenant) else {
                throw CommandError("there is a source \(name) already, of whatever tenant")
            }
            return created
        }
        access.show(created, secret: secrets.first)
    }
}
