import ArgumentParser
import WebhookStore

/// `martlet keys delete`
struct DeleteKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an API key: requests with it are refused.")

    @Argument(help: "The key's id.")
    var id: Int32

    @OptionGroup var access: CommandAccess

    func run() async throws {
        try await access.withDatabase { client in
            guard try await KeyStore(client).delete(id, tenant: nil) else {
                throw CommandError("there is no key \(id)")
            }
        }
        if !access.json { StandardStreams.print("deleted key \(id)") }
    }
}
