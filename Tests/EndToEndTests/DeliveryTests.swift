import EndToEndSupport
import JSONFilter
import LoopbackReceiver
import TestSupport
import Testing

/// One event through all of it: accepted over HTTP, stored, claimed by a separate process, signed, sent, recorded.
struct DeliveryTests {
    /// What a round trip through a JSON library would change: number forms, long integers, escapes, member order,
    /// white space, a name given twice.
    static let data =
        #"{"price": 19.90, "id":12345678901234567890, "text": "caf\u00e9 é \/ 😀","b":1e2,"a":[1, 2,  3],"a":{ },"n":null}"#
    static let occurredAt = "2025-06-01T08:30:00.250Z"

    @Test(arguments: [
        ("standard", #"{"type":"item.orders.created","timestamp":"2025-06-01T08:30:00.250Z","data":\#(data)}"#),
        ("newmeta", data),
        (
            "mautic",
            #"{"item.orders.created":[\#(data.dropLast()),"timestamp":"2025-06-01T08:30:00.250+00:00"}]}"#
        ),
    ])
    func `an event arrives with its bytes unchanged, and SQL shows exactly what was sent`(
        profile: String, body: String
    ) async throws {
        let receiver = try LoopbackReceiver { _ in .respond(202, body: Array("thanks".utf8)) }
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(
                "\(receiver.url)/hook?x=1", to: "item.*", profile: profile,
                settings: #""custom_headers": {"X-Shop": "north", "X-Api-Key": "k-123"}"#)
            try await installation.withWorker { _ in
                let answer = try await client.call(
                    "POST", "/v1/events",
                    #"{"event": "item.orders.created", "data": \#(Self.data), "occurred_at": "\#(Self.occurredAt)"}"#,
                    expecting: 202)
                #expect(try answer.member("deliveries")?.intValue == 1)

                let request = try await receiver.requests(count: 1, within: .seconds(20))[0]
                #expect(request.method == "POST")
                #expect(request.path == "/hook?x=1")
                #expect(request.bodyText == body)

                try await eventually("the attempt is recorded") {
                    try await installation.database.count("martlet.webhook_deliveries") == 1
                }
                let queued = try await installation.database.row("SELECT * FROM martlet.webhook_queue")
                #expect(queued.member(named: "status") == .string("delivered"))
                #expect(queued.member(named: "event_name") == .string("item.orders.created"))
                #expect(queued.member(named: "event_id") == .number(try answer.string("id")))
                #expect(queued.member(named: "subscription_id") == .number(subscription.id))
                #expect(queued.member(named: "delivered_at") != .null)

                let attempt = try await installation.database.row("SELECT * FROM martlet.webhook_deliveries")
                #expect(attempt.member(named: "request_url") == .string("\(receiver.url)/hook?x=1"))
                #expect(attempt.member(named: "request_payload") == .string(body))
                #expect(attempt.member(named: "attempt") == .number("1"))
                #expect(attempt.member(named: "response_code") == .number("202"))
                #expect(attempt.member(named: "response_body") == .string("thanks"))
                #expect(attempt.member(named: "error_message") == .null)

                #expect(request.deliveryID == queued.member(named: "id").flatMap(\.numberText))
                #expect(attempt.member(named: "queue_ids") == .array([.number(try #require(request.deliveryID))]))
                let recorded = try #require(attempt.member(named: "request_headers")?.objectValue)
                #expect(recorded.map(\.name) == Self.sentHeaders(of: request).map(\.name))
                for header in recorded where header.name != "X-Api-Key" {
                    #expect(header.value == .string(request.header(header.name) ?? ""))
                }
                // A credential is sent, and never shown.
                #expect(request.header("X-Api-Key") == "k-123")
                #expect(recorded.first { $0.name == "X-Api-Key" }?.value == .string("***"))
            }
        }
    }

    @Test(arguments: [
        ("standard", ["webhook-id", "webhook-timestamp", "webhook-signature"]),
        ("newmeta", ["X-Webhook-Signature"]),
        ("mautic", ["Webhook-Signature"]),
    ])
    func `every request carries the headers of the wire, then the signature, then the subscription's own`(
        profile: String, signature: [String]
    ) async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(
                receiver.url, profile: profile, settings: #""custom_headers": {"X-Z": "1", "X-A": "2"}"#)
            try await installation.withWorker(environment: ["MARTLET_USER_AGENT": "Test/1 Agent"]) { _ in
                try await client.dispatch("form.submitted")
                let request = try await receiver.requests(count: 1, within: .seconds(20))[0]
                #expect(
                    Self.sentHeaders(of: request).map(\.name)
                        == ["Content-Type", "User-Agent", "X-Webhook-Event", "X-Delivery-ID"] + signature
                        + ["X-Z", "X-A"])
                #expect(request.header("Content-Type") == "application/json")
                #expect(request.header("User-Agent") == "Test/1 Agent")
                #expect(request.header("X-Webhook-Event") == "form.submitted")
                #expect(request.header("Host") == "127.0.0.1:\(receiver.port)")
                #expect(request.header("Expect") == nil)
            }
        }
    }

    @Test func `an event goes to every subscription that it matches, and to no other`() async throws {
        let receivers = try (0..<4).map { _ in try LoopbackReceiver() }
        try await withInstallation { installation, client in
            for (receiver, pattern) in zip(receivers, ["*", "item.*", "item.orders.created", "item.orders.deleted"]) {
                _ = try await client.subscribe(receiver.url, to: pattern)
            }
            let answer = try await client.call(
                "POST", "/v1/events", #"{"event": "item.orders.created", "data": 1}"#, expecting: 202)
            #expect(try answer.member("deliveries")?.intValue == 3)
            try await installation.drain()
            #expect(receivers.map(\.requestCount) == [1, 1, 1, 0])
            let ids = Set(receivers.flatMap(\.received).compactMap(\.deliveryID))
            #expect(ids.count == 3)
        }
    }

    @Test func `sensitive members are gone before anything is stored or sent`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, profile: "newmeta")
            try await client.dispatch("user.registered", #"{"name": "a", "Password": "x", "deep": {"api_key": 1}}"#)
            try await installation.drain()
            #expect(receiver.received.map(\.bodyText) == [#"{"name": "a", "deep": {}}"#])
            let stored = try await installation.database.value("SELECT payload::text FROM martlet.events")
            #expect(stored == .string(#"{"name": "a", "deep": {}}"#))
        }
    }

    @Test func `an event dispatched in SQL is sent after the commit, and never after a rollback`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, profile: "newmeta")
            try await installation.withWorker { _ in
                try await installation.database.run(
                    "BEGIN; SELECT martlet.dispatch('order.created', '{\"n\": 1}'); ROLLBACK")
                try await installation.database.run(
                    "BEGIN; SELECT martlet.dispatch('order.created', '{\"n\": 2}'); COMMIT")
                #expect(try await receiver.requests(count: 1, within: .seconds(20)).map(\.bodyText) == [#"{"n": 2}"#])
                // Killed before that, it would leave the next worker to send it again.
                try await eventually("the delivery is recorded") {
                    try await installation.database.value("SELECT count(*)::text FROM martlet.attempts") == .string("1")
                }
            }
            try await installation.drain()
            #expect(receiver.requestCount == 1)
        }
    }

    @Test func `events of one batch are all delivered`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, profile: "newmeta")
            let events = (1...100).map { #"{"event": "media.uploaded", "data": \#($0)}"# }.joined(separator: ",")
            try await client.call("POST", "/v1/events/batch", "[\(events)]", expecting: 202)
            try await installation.drain()
            #expect(receiver.received.compactMap { Int($0.bodyText) }.sorted() == Array(1...100))
        }
    }

    @Test func `an event that repeats an idempotency key is not sent again`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            let event = #"{"event": "order.created", "data": 1, "idempotency_key": "order-1"}"#
            let first = try await client.call("POST", "/v1/events", event, expecting: 202)
            let second = try await client.call("POST", "/v1/events", event, expecting: 200)
            #expect(try second.string("id") == first.string("id"))
            try await installation.drain()
            #expect(receiver.requestCount == 1)
        }
    }

    /// What the gateway set, without what HTTP itself adds.
    private static func sentHeaders(of request: ReceivedRequest) -> [(name: String, value: String)] {
        request.headers.filter { !["host", "content-length", "accept"].contains($0.name.lowercased()) }
    }
}
