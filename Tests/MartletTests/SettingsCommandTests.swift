import PrivatePostgres
import Testing

struct SettingsCommandTests {
    @Test func `a setting is changed and listed`() async throws {
        try await withMigratedDatabase { settings in
            let set = try await CommandRun.martlet(["settings", "set", "queue_mode", "queued"], environment: settings)
            #expect(set.exit == .exited(0))
            let list = try await CommandRun.martlet(["settings", "list", "--json"], environment: settings)
            #expect(list.output == #"{"queue_mode":"queued","event_order":"chronological","retention_days":30}"#)
            let table = try await CommandRun.martlet(["settings", "list"], environment: settings)
            #expect(table.output.contains("queue_mode"))
        }
    }

    @Test(arguments: [("queue_mode", "later"), ("colour", "red"), ("retention_days", "0")])
    func `a setting that cannot be is wrong usage`(name: String, value: String) async throws {
        let set = try await CommandRun.martlet(["settings", "set", name, value])
        #expect(set.exit == .exited(64))
        #expect(set.errorText.contains(name))
    }
}
