import EndToEndSupport
import JSONFilter
import LoopbackReceiver
import TestSupport
import Testing

/// Receivers that do not say 2xx.
struct FailureTests {
    @Test func `a redirection is a failure and is not followed`() async throws {
        let other = try LoopbackReceiver()
        let receiver = try LoopbackReceiver { _ in .respond(307, headers: [("Location", "\(other.url)/elsewhere")]) }
        let attempt = try await failedAttempt(at: receiver.url)
        #expect(attempt.member(named: "response_code") == .number("307"))
        #expect(attempt.member(named: "error_message") == .string("HTTP 307 (redirections are not followed)"))
        #expect(receiver.requestCount == 1)
        #expect(other.connectionCount == 0)
    }

    @Test func `a receiver that does not answer fails after the subscription's own timeout`() async throws {
        let receiver = try LoopbackReceiver { _ in .hang }
        let attempt = try await failedAttempt(at: receiver.url, settings: #""timeout": "1s""#)
        #expect(attempt.member(named: "error_message")?.stringValue?.hasPrefix("timed out after") == true)
        #expect(attempt.member(named: "response_code") == .null)
        let duration = try #require(attempt.member(named: "duration_ms")?.intValue)
        // The default is ten times as long. libcurl counts whole milliseconds, and may be one early.
        #expect((990..<5_000).contains(duration))
    }

    @Test func `the timeout is for the whole answer`() async throws {
        let receiver = try LoopbackReceiver { _ in .drip(every: .milliseconds(100)) }
        let attempt = try await failedAttempt(at: receiver.url, settings: #""timeout": "1s""#)
        #expect(attempt.member(named: "error_message")?.stringValue?.hasPrefix("timed out after") == true)
    }

    @Test func `a connection closed without an answer is a failure`() async throws {
        let receiver = try LoopbackReceiver { _ in .close }
        let attempt = try await failedAttempt(at: receiver.url)
        #expect(attempt.member(named: "response_code") == .null)
        #expect(attempt.member(named: "error_message")?.stringValue?.hasPrefix("connection closed") == true)
    }

    @Test func `an answer that is no HTTP is a failure`() async throws {
        let receiver = try LoopbackReceiver { _ in .raw("SSH-2.0-OpenSSH_9.2\r\n") }
        let attempt = try await failedAttempt(at: receiver.url)
        #expect(attempt.member(named: "response_code") == .null)
        #expect(attempt.member(named: "error_message") != .null)
    }

    @Test func `a refused connection is a failure`() async throws {
        let attempt = try await failedAttempt(at: "http://127.0.0.1:\(try freePort())")
        #expect(attempt.member(named: "error_message")?.stringValue?.hasPrefix("connection failed") == true)
        #expect(attempt.member(named: "response_code") == .null)
    }

    @Test func `an address that the worker does not allow is refused before a connection is made`() async throws {
        let receiver = try LoopbackReceiver()
        let attempt = try await failedAttempt(at: receiver.url, workerEnvironment: ["MARTLET_ALLOW_ADDRESSES": ""])
        #expect(attempt.member(named: "error_message")?.stringValue?.hasPrefix("address refused") == true)
        #expect(receiver.connectionCount == 0)
    }

    @Test func `of an endless answer 64 KiB are read and kept, and its status counts`() async throws {
        let receiver = try LoopbackReceiver { _ in .endlessBody(status: 200) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            try await client.dispatch("order.created")
            try await installation.drain()
            let attempt = try await installation.database.row("SELECT * FROM martlet.webhook_deliveries")
            #expect(attempt.member(named: "response_code") == .number("200"))
            #expect(attempt.member(named: "response_body")?.stringValue?.utf8.count == 65_536)
            #expect(
                try await installation.database.value("SELECT status FROM martlet.webhook_queue")
                    == .string("delivered"))
        }
    }

    @Test(arguments: [
        ("standard", "null", false), ("mautic", "null", false), ("newmeta", "null", true), ("standard", "false", true),
        ("newmeta", "true", false),
    ])
    func `410 switches the subscription off, but not in the profile newmeta, unless it says otherwise`(
        profile: String, setting: String, staysActive: Bool
    ) async throws {
        let receiver = try LoopbackReceiver { _ in .respond(410) }
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url, profile: profile)
            _ = try await client.call(
                "PATCH", "/v1/subscriptions/\(subscription.id)", #"{"disable_on_gone": \#(setting)}"#)
            try await client.dispatch("order.created")
            try await installation.drain()
            let state = try await client.call("GET", "/v1/subscriptions/\(subscription.id)")
            #expect(try state.member("active") == .bool(staysActive))
            #expect(try state.member("failure_count")?.intValue == 1)
            #expect(try (state.member("disabled_reason")?.stringValue?.contains("410") ?? false) == !staysActive)
            // Held or planned, not lost.
            #expect(
                try await installation.database.value("SELECT status FROM martlet.webhook_queue") == .string("retry"))
        }
    }

    /// What is recorded of the first attempt of one event.
    private func failedAttempt(
        at url: String, settings: String = "", workerEnvironment: [String: String] = [:]
    ) async throws -> JSONValue {
        var recorded = JSONValue.null
        try await withInstallation { installation, client in
            _ = try await client.subscribe(url, settings: settings)
            try await client.dispatch("order.created")
            try await installation.withWorker(environment: workerEnvironment) { _ in
                try await installation.untilAttempts(1)
            }
            recorded = try await installation.database.row("SELECT * FROM martlet.webhook_deliveries")
            let queued = try await installation.database.row("SELECT * FROM martlet.webhook_queue")
            #expect(queued.member(named: "status") == .string("retry"))
            #expect(queued.member(named: "error_message") == recorded.member(named: "error_message"))
        }
        return recorded
    }
}
