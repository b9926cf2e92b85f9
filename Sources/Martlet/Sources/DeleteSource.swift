import ArgumentParser
import GatewayRuntime
import WebhookCore

/// `martlet sources delete`
struct DeleteSource: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a source: it takes nothing any more; its events stay.")

    @Argument(help: "The source's name.")
    var name: String

    @OptionGroup var access: SourceAccess

    func run() async throws {
        try await access.withStore { store in
            let found = try await access.find(name, in: store)
            guard try await store.delete(found.settings.name, tenant: access.tenant) else {
                throw access.noSource(name)
            }
        }
        if !access.json { StandardStreams.print("deleted source \(name)") }
    }
}
