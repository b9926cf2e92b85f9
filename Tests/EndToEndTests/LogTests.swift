import EndToEndSupport
import JSONFilter
import LoopbackReceiver
import PrivatePostgres
import Synchronization
import TestSupport
import Testing

struct LogTests {
    /// Words that stand in what must not be logged, and nowhere else.
    private static let payload = "payload-7d1c"
    private static let header = "header-7d1c"
    private static let path = "path-7d1c"

    @Test(arguments: ["info", "trace"])
    func `every line of a log is a JSON object, and none holds a secret, a key or a payload`(level: String) async throws
    {
        let answers = Mutex(0)
        let receiver = try LoopbackReceiver { _ in
            // A failure among them: errors are what tempts a program to log too much.
            .respond(
                answers.withLock { count in
                    count += 1; return count == 1 ? 500 : 200
                })
        }
        var secrets = [Installation.adminKey, Installation.masterKey, Self.payload, Self.header, Self.path]
        var lines: [OutputLine] = []
        try await withMigratedDatabase(environment: ["MARTLET_LOG_LEVEL": level]) { installation in
            try await installation.withIngestServer { client, server in
                try await installation.withWorker { worker in
                    let subscription = try await client.subscribe(
                        "\(receiver.url)/\(Self.path)",
                        settings: #""custom_headers": {"Authorization": "\#(Self.header)"}"#)
                    secrets.append(subscription.secret)
                    let path = "/v1/subscriptions/\(subscription.id)"
                    secrets.append(try await client.call("POST", "\(path)/rotate-secret").string("secret"))
                    let key = #"{"name": "publisher", "role": "publisher"}"#
                    secrets.append(try await client.call("POST", "/v1/keys", key, expecting: 201).string("key"))

                    for _ in 1...3 { try await client.dispatch("order.created", #"{"text": "\#(Self.payload)"}"#) }
                    _ = try await client.send("POST", "/v1/events", #"{"event": "\#(Self.payload)"#)
                    try await client.call("POST", "\(path)/test")
                    try await installation.untilAttempts(4)
                    for program in [worker, server] {
                        program.send(.terminate)
                        #expect(try await program.waitForExit() == .exited(0))
                    }
                    lines = server.output + worker.output
                }
            }
        }
        #expect(lines.count >= 6)
        for line in lines {
            #expect(line.stream == .standardError)
            let entry = try? JSONValue(parsing: Array(line.text.utf8))
            for member in ["time", "level", "message"] {
                #expect(entry?.member(named: member)?.stringValue != nil, "\(line.text)")
            }
            for secret in secrets { #expect(!line.text.contains(secret), "\(line.text)") }
        }
    }

    @Test func `a text log is for people`() async throws {
        try await withMigratedDatabase(environment: ["MARTLET_LOG_FORMAT": "text"]) { installation in
            try await installation.withWorker { worker in
                #expect(worker.output.contains { $0.text.contains(" info delivery-worker: worker registered") })
            }
        }
    }
}
