import Glibc
import JSONFilter
import PrivatePostgres
import TestSupport
import Testing

struct ListenTests {
    private static let secret = "a secret of sixteen bytes or more"
    private static let body = #"{"order":1}"#

    /// Starts `martlet listen` and lends its URL.
    private func withListener(
        _ arguments: [String], _ body: (ChildProcess, _ url: String) async throws -> Void
    ) async throws {
        try await withChildProcess(
            .martlet, ["listen", "--port", "0", "--profile", "newmeta"] + arguments,
            environment: ["WEBHOOK_SECRET": Self.secret]
        ) { child in
            let line = try await child.line(containing: "listening on ")
            try await body(child, String(line.text.dropFirst("listening on ".count)))
        }
    }

    /// Posts `body` with the curl command; the answer's status.
    private func post(_ body: String, signature: String, to url: String) async throws -> String? {
        let command = SupervisedCommand(
            executable: "/usr/bin/env",
            arguments: [
                "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}\\n", "-H", signature,
                "-H", "X-Webhook-Event: order.created", "-H", "X-Delivery-ID: 42", "--data-binary", body, url,
            ],
            environment: ["PATH": getenv("PATH").map { String(cString: $0) } ?? ""])
        return try await withChildProcess(named: "curl", command) { curl in
            try await curl.waitForExit()
            return curl.output.first?.text
        }
    }

    private func signature(of body: String) async throws -> String {
        let sign = try await CommandRun.martlet(
            ["sign", "--profile", "newmeta"], environment: ["WEBHOOK_SECRET": Self.secret], input: body)
        return try #require(sign.lines.first)
    }

    @Test func `a signed delivery is printed and counted, a forged one printed and refused`() async throws {
        let genuine = try await signature(of: Self.body)
        try await withListener(["--count", "1", "--json"]) { listener, url in
            let forged = "X-Webhook-Signature: \(String(repeating: "0", count: 64))"
            #expect(try await post(Self.body, signature: forged, to: url) == "401")
            #expect(listener.isRunning)
            #expect(try await post(Self.body, signature: genuine, to: url) == "204")
            let exit = try await listener.waitForExit()
            #expect(exit == .exited(0))

            let lines = listener.output.filter { $0.stream == .standardOutput }
            let deliveries = try lines.map { try JSONValue(parsing: Array($0.text.utf8)) }
            #expect(deliveries.map { $0.member(named: "verified")?.boolValue } == [false, true])
            let last = try #require(deliveries.last)
            #expect(last.member(named: "event")?.stringValue == "order.created")
            #expect(last.member(named: "delivery_id")?.stringValue == "42")
            #expect(last.member(named: "body")?.stringValue == Self.body)
        }
    }

    @Test func `the answer is the one asked for, and people read why`() async throws {
        let genuine = try await signature(of: Self.body)
        try await withListener(["--status", "503"]) { listener, url in
            #expect(try await post(Self.body, signature: genuine, to: url) == "503")
            try await listener.line(containing: "order.created  delivery 42  ✓ verified")
            #expect(try await post("{}", signature: genuine, to: url) == "401")
            try await listener.line(containing: "✗ not verified: the signature does not match")
        }
    }

    @Test func `SIGTERM ends it in order`() async throws {
        try await withListener([]) { listener, _ in
            listener.send(.terminate)
            let exit = try await listener.waitForExit()
            #expect(exit == .exited(0))
        }
    }
}
