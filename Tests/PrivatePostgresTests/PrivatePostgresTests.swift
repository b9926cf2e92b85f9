import Glibc
import Logging
import Testing

@testable import PrivatePostgres

/// One after the other: each starts a server of its own, and initdb takes a whole core.
@Suite(.serialized)
struct PrivatePostgresTests {
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private let scratch = PrivatePostgresOptions(isScratch: true)

    @Test func `a server starts, answers, stops and leaves no process behind`() async throws {
        try await withTemporaryDirectory { directory in
            let server = try await PrivatePostgres.start(in: "\(directory)/pg", logger: logger)
            let processIdentifier = try #require(await server.processIdentifier)
            #expect(try await query(server.url(), "SHOW fsync") == "on")
            #expect(try await query(server.url(), "SHOW data_directory") == "\(server.directory)/data")
            #expect(try await query(server.url(), "SHOW listen_addresses") == "")
            await server.stop()
            #expect(await !server.isRunning)
            #expect(kill(processIdentifier, 0) == -1 && errno == ESRCH)
        }
    }

    @Test(arguments: [ShutdownMode.fast, .immediate, .kill])
    func `what was committed is there after a restart, at the same address`(mode: ShutdownMode) async throws {
        try await withTemporaryDirectory { directory in
            let server = try await PrivatePostgres.start(in: "\(directory)/pg", options: scratch, logger: logger)
            let url = server.url()
            _ = try await query(url, "CREATE TABLE kept AS SELECT 42 AS answer")
            try await server.restart(mode)
            #expect(try await query(url, "SELECT answer FROM kept") == "42")
            await server.stop()
        }
    }

    @Test func `the next owner finds the data, and stops a server that lost its own`() async throws {
        try await withTemporaryDirectory { directory in
            // Nobody stops this server, and with the end of this function nobody refers to it.
            func abandonServer() async throws -> Int32? {
                let server = try await PrivatePostgres.start(in: "\(directory)/pg", logger: logger)
                _ = try await query(server.url(), "CREATE TABLE kept ()")
                return await server.processIdentifier
            }
            let abandoned = try #require(try await abandonServer())
            let server = try await startWhenFree(in: "\(directory)/pg")
            #expect(await server.processIdentifier != abandoned)
            #expect(try await query(server.url(), "SELECT to_regclass('kept')") == "kept")
            await server.stop()
        }
    }

    @Test func `a server that somebody else started on the data is stopped`() async throws {
        try await withTemporaryDirectory { directory in
            let first = try await PrivatePostgres.start(in: "\(directory)/pg", options: scratch, logger: logger)
            await first.stop()
            try await Command.output(
                of: .path(.init(first.binaries.path("pg_ctl"))),
                [
                    "start", "-w", "-D", "\(directory)/pg/data", "-l", "\(directory)/pg/log",
                    "-o", "-h '' -k \(directory)/pg",
                ],
                as: try .unprivileged())
            let server = try await PrivatePostgres.start(in: "\(directory)/pg", options: scratch, logger: logger)
            #expect(try await query(server.url(), "SHOW cluster_name") == "martlet")
            await server.stop()
        }
    }

    @Test func `a lock file with the process id of a stranger does not keep it from starting`() async throws {
        try await withTemporaryDirectory { directory in
            let first = try await PrivatePostgres.start(in: "\(directory)/pg", options: scratch, logger: logger)
            await first.stop()
            try Files.create(
                "\(directory)/pg/data/postmaster.pid", text: "\(getpid())\n\(directory)/pg/data\n",
                owner: .unprivileged())
            let server = try await PrivatePostgres.start(in: "\(directory)/pg", options: scratch, logger: logger)
            #expect(await server.isRunning)
            await server.stop()
        }
    }

    @Test func `a directory in use is refused to a second owner`() async throws {
        try await withTemporaryDirectory { directory in
            let server = try await PrivatePostgres.start(in: "\(directory)/pg", options: scratch, logger: logger)
            await #expect(throws: PrivatePostgresError.directoryInUse(server.directory)) {
                try await PrivatePostgres.start(in: "\(directory)/pg", options: scratch, logger: logger)
            }
            #expect(try await query(server.url(), "SELECT 1") == "1")
            await server.stop()
        }
    }

    @Test func `over TCP the password opens, and nothing else does`() async throws {
        try await withTemporaryDirectory { directory in
            let server = try await PrivatePostgres.start(
                in: "\(directory)/pg", options: PrivatePostgresOptions(listensOnTCP: true, isScratch: true),
                logger: logger)
            let url = try #require(server.tcpURL())
            #expect(try await query(url, "SHOW listen_addresses") == "127.0.0.1")
            let withoutPassword = "postgresql://postgres:wrong@" + url.split(separator: "@")[1]
            await #expect(throws: PrivatePostgresError.self) { try await query(withoutPassword, "SELECT 1") }
            let password = try #require(url.split(separator: ":")[2].split(separator: "@").first)
            #expect(!server.url().contains(password))
            await server.stop()
        }
    }

    @Test func `a path too long for a socket is no obstacle`() async throws {
        try await withTemporaryDirectory { directory in
            let long = directory + "/" + String(repeating: "long ", count: 30)
            let server = try await PrivatePostgres.start(in: long, options: scratch, logger: logger)
            #expect(try await query(server.url(), "SHOW data_directory") == "\(server.directory)/data")
            try await server.remove()
            #expect(Files.status(of: long) == nil)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root has a place that the server's user cannot reach"))
    func `data that the server's user could not reach are elsewhere, behind a link`() async throws {
        try await withTemporaryDirectory { directory in
            try #require(chmod(directory, 0o700) == 0)
            let server = try await PrivatePostgres.start(in: "\(directory)/a/pg", options: scratch, logger: logger)
            #expect(Files.destination(of: "\(directory)/a/pg") == server.directory)
            #expect(server.directory.hasPrefix("/var/tmp/"))
            #expect(try await query(server.url(), "SELECT 1") == "1")
            try await server.remove()
            #expect(Files.status(of: server.directory) == nil)
        }
    }

    @Test func `a directory that others may enter is not trusted`() async throws {
        try await withTemporaryDirectory { directory in
            try Files.makeDirectories("\(directory)/open")
            await #expect(throws: PrivatePostgresError.self) {
                try await PrivatePostgres.start(in: "\(directory)/open", options: scratch, logger: logger)
            }
        }
    }

    @Test func `a wrong setting is reported with the server's own words`() async throws {
        try await withTemporaryDirectory { directory in
            let options = PrivatePostgresOptions(settings: ["max_connections": "none"], isScratch: true)
            let error = await #expect(throws: PrivatePostgresError.self) {
                try await PrivatePostgres.start(in: "\(directory)/pg", options: options, logger: logger)
            }
            let message = try #require(error).description
            #expect(message.contains("max_connections"))
        }
    }

    @Test func `databases are copied from a template and dropped under their users`() async throws {
        try await withTemporaryDirectory { directory in
            let server = try await PrivatePostgres.start(in: "\(directory)/pg", options: scratch, logger: logger)
            try await server.databases.create("first")
            _ = try await query(server.url(database: "first"), "CREATE TABLE copied ()")
            try await server.databases.create("it's a \"copy\"", template: "first")
            let copy = server.url(database: "it's a \"copy\"")
            #expect(try await query(copy, "SELECT to_regclass('copied')") == "copied")
            try await server.databases.drop("it's a \"copy\"")
            try await server.databases.drop("it's a \"copy\"")
            await #expect(throws: PrivatePostgresError.self) { try await query(copy, "SELECT 1") }
            await server.stop()
        }
    }

    /// Starts a server as soon as its last owner has let go, which nothing tells but trying.
    private func startWhenFree(in directory: String) async throws -> PrivatePostgres {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do {
                return try await PrivatePostgres.start(in: directory, logger: logger)
            } catch {
                guard case .directoryInUse = error, ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}
