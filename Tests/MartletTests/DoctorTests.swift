import JSONFilter
import PrivatePostgres
import TestSupport
import Testing

struct DoctorTests {
    /// Nobody listens there.
    private static let silent = ["MARTLET_LISTEN": "127.0.0.1:1", "MARTLET_WORKER_LISTEN": ""]

    private func levels(_ run: CommandRun) -> [String: String] {
        let findings = run.json?.arrayValue ?? []
        return Dictionary(
            findings.map { finding in
                (finding.member(named: "check")?.stringValue ?? "", finding.member(named: "level")?.stringValue ?? "")
            }, uniquingKeysWith: { $1 })
    }

    @Test func `a whole installation is in order`() async throws {
        try await withMigratedDatabase { settings in
            _ = try await CommandRun.martlet(["keys", "create", "Admin", "--role", "admin"], environment: settings)
            _ = try await CommandRun.martlet(
                ["subscriptions", "create", "--name", "S", "--url", "https://s.example/", "--events", "*"],
                environment: settings)
            let settings = settings.merging(["MARTLET_WORKER_LISTEN": "", "MARTLET_LISTEN": "127.0.0.1:0"]) { $1 }
            try await withChildProcess(.ingestServer, [], environment: settings) { server in
                let line = try await server.line(containing: "listening on ").text
                let port = try #require(
                    line.firstRange(of: "127.0.0.1:").map { line[$0.upperBound...].prefix { $0.isNumber } })
                try await withChildProcess(.deliveryWorker, [], environment: settings) { worker in
                    try await worker.line(containing: "worker registered")
                    let run = try await CommandRun.martlet(
                        ["doctor", "--json"],
                        environment: settings.merging(["MARTLET_LISTEN": "127.0.0.1:\(port)"]) { $1 })
                    #expect(run.exit == .exited(0))
                    #expect(
                        levels(run) == [
                            "database": "ok", "clock": "ok", "schema": "ok", "partitions of events": "ok",
                            "partitions of attempts": "ok", "API keys": "ok", "master key": "ok", "workers": "ok",
                            "leases": "ok", "backlog": "ok", "ingest-server": "ok",
                        ])
                }
            }
        }
    }

    @Test func `what is wrong fails, with a word on what to do`() async throws {
        try await withMigratedDatabase { settings in
            _ = try await CommandRun.martlet(
                ["subscriptions", "create", "--name", "S", "--url", "https://s.example/", "--events", "*"],
                environment: settings)
            // Base64 of 32 bytes, and not the key the secret was sealed with.
            let other = ["MARTLET_MASTER_KEY": String(repeating: "A", count: 43) + "="].merging(Self.silent) { $1 }
            let environment = settings.merging(other) { $1 }
            let run = try await CommandRun.martlet(["doctor", "--json"], environment: environment)
            #expect(run.exit == .exited(1))
            let levels = levels(run)
            #expect(levels["database"] == "ok")
            #expect(levels["master key"] == "fail")
            #expect(levels["workers"] == "fail")
            #expect(levels["API keys"] == "warn")
            #expect(levels["ingest-server"] == "warn")
            for finding in run.json?.arrayValue ?? [] where finding.member(named: "level")?.stringValue != "ok" {
                #expect(finding.member(named: "advice")?.stringValue?.isEmpty == false)
            }
            let text = try await CommandRun.martlet(["doctor"], environment: environment)
            #expect(text.output.contains("-> start a delivery-worker"))
        }
    }

    @Test func `a database that nobody migrated fails`() async throws {
        try await withEmptyDatabase { settings in
            let run = try await CommandRun.martlet(
                ["doctor", "--json"], environment: settings.merging(Self.silent) { $1 })
            #expect(run.exit == .exited(1))
            #expect(levels(run)["database"] == "ok")
            #expect(levels(run)["schema"] == "fail")
            let text = try await CommandRun.martlet(["doctor"], environment: settings.merging(Self.silent) { $1 })
            #expect(text.output.contains("martlet migrate"), "\(text.output)")
        }
    }

    @Test func `a database that nobody answers for fails`() async throws {
        let settings = settings(for: "postgresql://nobody@127.0.0.1:1/nothing").merging(Self.silent) { $1 }
        let run = try await CommandRun.martlet(["doctor", "--json"], environment: settings, within: .seconds(30))
        #expect(run.exit == .exited(1))
        #expect(levels(run) == ["database": "fail"])
    }
}
