import PrivatePostgres
import TestSupport
import Testing

struct MigrateTests {
    @Test func `the second run has nothing to do`() async throws {
        try await withDatabase { url in
            let first = try await CommandRun.martlet(["migrate"], environment: settings(for: url))
            #expect(first.exit == .exited(0))
            #expect(first.lines.contains { $0.hasPrefix("applied migrations/0001_") })

            let second = try await CommandRun.martlet(["migrate"], environment: settings(for: url))
            #expect(second.exit == .exited(0))
            #expect(second.output.hasPrefix("up to date"))
        }
    }

    @Test func `two at once do the work once`() async throws {
        try await withDatabase { url in
            async let one = CommandRun.martlet(["migrate", "--json"], environment: settings(for: url))
            async let other = CommandRun.martlet(["migrate", "--json"], environment: settings(for: url))
            let runs = try await [one, other]
            #expect(runs.map(\.exit) == [.exited(0), .exited(0)])
            let applied = runs.map { $0.json?.member(named: "applied")?.arrayValue?.count ?? -1 }
            #expect(applied.contains(0))
            #expect(applied.contains { $0 > 0 })
        }
    }

    @Test func `a keyword from the settings filters what SQL dispatches`() async throws {
        try await withMigratedDatabase { settings in
            let keywords = try await CommandRun.martlet(
                ["migrate"], environment: settings.merging(["MARTLET_SENSITIVE_KEYWORDS": "iban"]) { $1 })
            #expect(keywords.exit == .exited(0))

            let dispatch = try await CommandRun.martlet(
                ["dispatch", "account.opened", #"{"IBAN":"DE02","name":"Ada"}"#], environment: settings)
            #expect(dispatch.exit == .exited(0))

            let stored = try await CommandRun.martlet(
                ["psql", "-Atc", "SELECT payload FROM events"], environment: settings)
            #expect(stored.output == #"{"name":"Ada"}"#)
        }
    }
}
