import JSONFilter
import PrivatePostgres
import Testing

struct KeyCommandTests {
    @Test func `a key is shown once, listed by its prefix, and deleted`() async throws {
        try await withMigratedDatabase { settings in
            let create = try await CommandRun.martlet(
                ["keys", "create", "Shop", "--role", "publisher", "--tenant", "acme", "--json"], environment: settings)
            #expect(create.exit == .exited(0))
            let id = try #require(create.json?.member(named: "id")?.stringValue)
            let key = try #require(create.json?.member(named: "key")?.stringValue)

            let list = try await CommandRun.martlet(["keys", "list"], environment: settings)
            #expect(list.output.contains("Shop"))
            #expect(list.output.contains("publisher"))
            #expect(list.output.contains(key.prefix(9)))
            #expect(!list.output.contains(key))

            let delete = try await CommandRun.martlet(["keys", "delete", id], environment: settings)
            #expect(delete.exit == .exited(0))
            let rest = try await CommandRun.martlet(["keys", "list", "--json"], environment: settings)
            #expect(rest.output == "[]")
        }
    }

    @Test func `a role that does not exist is wrong usage`() async throws {
        let create = try await CommandRun.martlet(["keys", "create", "Shop", "--role", "owner"])
        #expect(create.exit == .exited(64))
        #expect(create.errorText.contains("owner"))
    }
}
