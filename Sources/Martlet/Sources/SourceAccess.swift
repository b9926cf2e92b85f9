import ArgumentParser
import GatewayCrypto
import GatewayRuntime
import JSONFilter
import WebhookCore
import WebhookStore

/// The flags that every `martlet sources` command has.
struct SourceAccess: ParsableArguments {
    @OptionGroup var databaseFlags: DatabaseFlags

    @Option(help: "Whose sources.")
    var tenant = "default"

    @Flag(help: "Print JSON.")
    var json = false

    /// Lends the sources in the database to `body`.
    func withStore<Result: Sendable>(_ body: (SourceStore) async throws -> Result) async throws -> Result {
        let (database, box) = try CommandSettings.read([databaseFlags]) {
            settings -> (DatabaseConfiguration, SecretBox)? in
            let database = DatabaseConfiguration.readChecked(from: &settings)
            let box = SecretBox.read(from: &settings)
            guard let database, let box else { return nil }
            return (database, box)
        }
        return try await DatabaseAccess.with(database) { client in
            try await body(SourceStore(client, vault: SecretVault(box)))
        }
    }

    /// - Throws: an error when there is no such source.
    func find(_ name: String, in store: SourceStore) async throws -> StoredSource {
        guard let known = try? SourceName(name), let found = try await store.find(known, tenant: tenant) else {
            throw noSource(name)
        }
        return found
    }

    func noSource(_ name: String) -> CommandError {
        CommandError("the tenant \(tenant) has no source \(name)")
    }

    /// Prints a source, with its secret where it is new: it is shown once.
    func show(_ source: StoredSource, secret: SourceSecret? = nil) {
        if json {
            var writer = JSONWriter()
            writer.source(source, secret: secret)
            StandardStreams.print(writer.bytes)
        } else {
            StandardStreams.print(SourceSheet.text(source, secret: secret))
        }
    }
}
