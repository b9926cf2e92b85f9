import Glibc
import PrivatePostgres
import TestSupport
import Testing

/// Ports are 0 where the servers allow it: several of these run at once, beside whatever uses the defaults.
@Suite(.serialized)
struct DevTests {
    private func start(
        in directory: String, _ environment: [String: String] = [:], _ body: (ChildProcess) async throws -> Void
    ) async throws {
        let path = try Program.martlet.path
        let own = [
            "PATH": getenv("PATH").map { String(cString: $0) } ?? "",
            "MARTLET_LISTEN": "127.0.0.1:\(try freePort())", "MARTLET_WORKER_LISTEN": "",
        ]
        let command = SupervisedCommand(
            executable: path, arguments: ["dev"], environment: own.merging(environment) { $1 },
            workingDirectory: directory, farewell: .kill)
        try await withChildProcess(named: "martlet dev", command, body)
    }

    private func expectDemo(_ dev: ChildProcess) async throws {
        let exit = try await dev.waitForExit(within: .seconds(90))
        #expect(exit == .exited(0))
        let lines = dev.output.map(\.text)
        #expect(lines.contains { $0.contains("202 {\"id\":") })
        #expect(lines.contains { $0.contains("X-Webhook-Event: demo.order.created") })
        #expect(lines.contains { $0.contains("✓ signature verified") })
        #expect(lines.contains { $0.contains("  delivered  ") && $0.contains("204") })
    }

    @Test func `the demo shows a verified delivery, twice in the same directory`() async throws {
        try await withTemporaryDirectory { directory in
            let environment = ["MARTLET_DEV_EXIT_AFTER_DEMO": "1"]
            try await start(in: directory, environment) { try await expectDemo($0) }
            try await start(in: directory, environment) { try await expectDemo($0) }
        }
    }

    @Test func `the demo runs on the database of DATABASE_URL`() async throws {
        try await withTemporaryDirectory { directory in
            try await withDatabase { url in
                let environment = ["MARTLET_DEV_EXIT_AFTER_DEMO": "1", "DATABASE_URL": url]
                try await start(in: directory, environment) { try await expectDemo($0) }
            }
            #expect(access("\(directory)/.martlet/postgres", F_OK) != 0)
        }
    }

    @Test func `while it serves, a second one is kept out and psql finds its database`() async throws {
        try await withTemporaryDirectory { directory in
            try await start(in: directory) { dev in
                try await dev.line(containing: "Ctrl-C", within: .seconds(90))

                let second = try await CommandRun.martlet(["dev"], directory: directory)
                #expect(second.exit == .exited(1))
                #expect(second.errorText.contains("another `martlet dev` runs in this directory"))

                let status = try await CommandRun.martlet(
                    ["psql", "-Atc", "SELECT status FROM webhook_queue"], directory: directory)
                #expect(status.output == "delivered")

                for file in ["admin-key", "master-key", "database-url"] {
                    var entry = stat()
                    #expect(stat("\(directory)/.martlet/\(file)", &entry) == 0)
                    #expect(entry.st_mode & 0o777 == 0o600)
                }

                dev.send(.interrupt)
                let exit = try await dev.waitForExit()
                #expect(exit == .exited(0))
            }
        }
    }

    @Test func `its servers do not outlive it, however it dies`() async throws {
        try await withTemporaryDirectory { directory in
            try await start(in: directory) { dev in
                try await dev.line(containing: "Ctrl-C", within: .seconds(90))
                let running = try processes(in: directory)
                #expect(running.count >= 4)

                dev.send(.kill)
                try await dev.waitForExit()
                try await eventually("all servers have gone", within: .seconds(30)) {
                    try processes(in: directory).isEmpty
                }
            }
            try await start(in: directory, ["MARTLET_DEV_EXIT_AFTER_DEMO": "1"]) { try await expectDemo($0) }
        }
    }

    @Test func `a server that cannot start is the reason it gives`() async throws {
        try await withTemporaryDirectory { directory in
            // Not an address of this machine (RFC 5737).
            try await start(in: directory, ["MARTLET_LISTEN": "192.0.2.1:8080"]) { dev in
                let exit = try await dev.waitForExit(within: .seconds(90))
                #expect(exit == .exited(1))
                #expect(dev.output.contains { $0.text.contains("ingest-server ended before it was ready") })
            }
        }
    }

    /// The processes that work in `directory` or below: `dev`, both servers, PostgreSQL.
    private func processes(in directory: String) throws -> [Int32] {
        guard let stream = opendir("/proc") else { throw CommandFailed(output: "cannot read /proc") }
        defer { closedir(stream) }
        var found: [Int32] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let identifier = Int32(name) else { continue }
            if let place = realpath("/proc/\(name)/cwd", nil) {
                defer { free(place) }
                if String(cString: place).hasPrefix(directory) { found.append(identifier) }
            }
        }
        return found
    }
}
