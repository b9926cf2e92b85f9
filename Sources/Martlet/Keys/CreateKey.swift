import ArgumentParser
import JSONFilter
import WebhookStore

/// `martlet keys create`
struct CreateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an API key and print it, once: only its hash is stored.")

    @Argument(help: "What it is for.")
    var name: String

    @Option(help: "admin: everything; publisher: dispatch only; viewer: read only.")
    var role: Role

    @Option(help: "Bind it to this tenant; else it is good for every one.")
    var tenant: String?

    @OptionGroup var access: CommandAccess

    private static let nameLength = 1...200

    func validate() throws {
        guard Self.nameLength.contains(name.unicodeScalars.count), !name.allSatisfy(\.isWhitespace) else {
            throw ValidationError("a key needs a name of 1 to \(Self.nameLength.upperBound) characters")
        }
    }

    func run() async throws {
        let (key, stored) = try await access.withDatabase { client in
            try await KeyStore(client).create(name: name, role: role, tenant: tenant)
        }
        if access.json {
            var writer = JSONWriter()
            writer.apiKey(stored, key: key)
            StandardStreams.print(writer.bytes)
        } else {
            StandardStreams.print("created key \(stored.id), \(stored.role.rawValue)")
            StandardStreams.print("key (shown this once): \(key)")
        }
    }
}
