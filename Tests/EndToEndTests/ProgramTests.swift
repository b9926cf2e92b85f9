import EndToEndSupport
import TestSupport
import Testing

/// What an operator meets at the command line.
struct ProgramTests {
    @Test(arguments: [Program.ingestServer, .deliveryWorker])
    func `wrong and missing settings end a server with 78 and all of them in one message`(program: Program) async throws
    {
        let environment = [
            "MARTLET_MASTER_KEY": "too short", "MARTLET_ALLOW_HTTP": "perhaps", "MARTLET_SHUTDOWN_GRACE": "15",
        ]
        try await withChildProcess(program, environment: environment) { child in
            let exit = try await child.waitForExit()
            #expect(exit == .exited(78))
            let message = child.output.map(\.text).joined(separator: "\n")
            for variable in ["DATABASE_URL", "MARTLET_MASTER_KEY", "MARTLET_ALLOW_HTTP", "MARTLET_SHUTDOWN_GRACE"] {
                #expect(message.contains(variable), "\(message)")
            }
            #expect(message.contains("4 settings are wrong"))
            #expect(!message.contains("too short"))
        }
    }

    @Test(arguments: [Program.ingestServer, .deliveryWorker])
    func `a URL that names no database is one of the wrong settings`(program: Program) async throws {
        let environment = ["DATABASE_URL": "mysql://h/secret", "MARTLET_MASTER_KEY": "too short"]
        try await withChildProcess(program, environment: environment) { child in
            let exit = try await child.waitForExit()
            #expect(exit == .exited(78))
            let message = child.output.map(\.text).joined(separator: "\n")
            #expect(message.contains("2 settings are wrong"), "\(message)")
            #expect(message.contains("DATABASE_URL is wrong"), "\(message)")
            #expect(!message.contains("secret"))
        }
    }

    @Test(arguments: Program.allCases)
    func `--help explains the program and --version names its version`(program: Program) async throws {
        let help = try await output(of: program, ["--help"])
        #expect(help.contains("USAGE: \(program.rawValue)"))
        #expect(help.contains("OPTIONS:") || help.contains("SUBCOMMANDS:"))
        let version = try await output(of: program, ["--version"])
        #expect(version.contains(/^\d+\.\d+\.\d+/))
    }

    @Test(arguments: Program.allCases)
    func `an unknown flag is wrong usage`(program: Program) async throws {
        try await withChildProcess(program, ["--no-such-flag"]) { child in
            let exit = try await child.waitForExit()
            #expect(exit == .exited(64))
        }
    }

    @Test func `a flag beats the environment`() async throws {
        let environment = [
            "DATABASE_URL": "postgresql://", "MARTLET_MASTER_KEY": Installation.masterKey, "MARTLET_CONCURRENCY": "5",
        ]
        try await withChildProcess(.deliveryWorker, ["--concurrency", "nine"], environment: environment) { child in
            let exit = try await child.waitForExit()
            #expect(exit == .exited(78))
            #expect(child.output.contains { $0.text.contains("MARTLET_CONCURRENCY") && $0.text.contains("nine") })
        }
    }

    @Test func `an ingest-server told to stop ends with 0`() async throws {
        try await withMigratedDatabase { installation in
            try await installation.withIngestServer { client, server in
                let health = try await client.send("GET", "/livez")
                #expect(health.status == 200)
                server.send(.terminate)
                let exit = try await server.waitForExit()
                #expect(exit == .exited(0))
            }
        }
    }

    private func output(of program: Program, _ arguments: [String]) async throws -> String {
        try await withChildProcess(program, arguments) { child in
            let exit = try await child.waitForExit()
            #expect(exit == .exited(0))
            return child.output.map(\.text).joined(separator: "\n")
        }
    }
}
