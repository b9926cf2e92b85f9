import PrivatePostgres
import Testing

struct UsageTests {
    @Test(
        arguments: [
            [], ["dev"], ["migrate"], ["dispatch"], ["subscriptions"], ["subscriptions", "create"], ["keys"],
            ["tables"], ["tables", "create"], ["tables", "secret", "rotate"],
            ["deliveries"], ["deliveries", "replay"], ["doctor"],
            ["listen"],
            ["sign"], ["verify"], ["psql"],
        ])
    func `every command explains itself`(command: [String]) async throws {
        let run = try await CommandRun.martlet(command + ["--help"])
        #expect(run.exit == .exited(0))
        #expect(run.output.contains("USAGE: martlet"))
    }

    @Test func `the version is that of the release`() async throws {
        let run = try await CommandRun.martlet(["--version"])
        #expect(run.exit == .exited(0))
        #expect(run.lines == ["0.1.0"])
    }

    @Test func `all missing settings are in one message`() async throws {
        let run = try await CommandRun.martlet(["subscriptions", "list"])
        #expect(run.exit == .exited(78))
        #expect(run.errorText.contains("DATABASE_URL is missing"))
        #expect(run.errorText.contains("MARTLET_MASTER_KEY is missing"))
    }

    @Test func `a URL that libpq cannot read is a wrong setting`() async throws {
        let run = try await CommandRun.martlet(["migrate", "--database-url", "postgresql://[::1"])
        #expect(run.exit == .exited(78))
        #expect(run.errorText.contains("DATABASE_URL is wrong"))
    }

    @Test func `a database that nobody answers for is a failure, soon`() async throws {
        let run = try await CommandRun.martlet(
            ["migrate"], environment: ["DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"], within: .seconds(20))
        #expect(run.exit == .exited(1))
        #expect(run.errorText.contains("no connection to PostgreSQL"))
    }
}
