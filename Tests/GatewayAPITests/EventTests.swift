import TestSupport
import Testing

struct EventTests {
    @Test func `an event is accepted with its id and the number of its deliveries, and stored byte for byte`()
        async throws
    {
        try await withGateway { gateway in
            _ = try await gateway.subscribe()
            _ = try await gateway.subscribe(#", "concurrency": 3"#)
            let answer = try await gateway.send(
                "POST", "/v1/events",
                #"{"data": {"price": 19.90, "id":12345678901234567890 , "é": "\u00e9"}, "event": "order.created"}"#)
            #expect(answer.status == 202)
            #expect(answer.header("content-type") == "application/json")
            let id = try #require(try answer.string("id"))
            #expect(answer.text == #"{"id":"\#(id)","deliveries":2}"#)
            #expect(
                try await gateway.database.execute(SelectEventRows()) == [
                    EventRow(
                        name: "order.created", tenant: "default",
                        data: #"{"price": 19.90, "id":12345678901234567890 , "é": "\u00e9"}"#)
                ])
        }
    }

    @Test func `data may be any JSON`() async throws {
        try await withGateway { gateway in
            let values = ["null", "[]", #""text""#, "0", "true", "{}"]
            for data in values {
                let answer = try await gateway.send("POST", "/v1/events", #"{"event": "a", "data": \#(data)}"#)
                #expect(answer.status == 202, "\(data)")
            }
            #expect(try await gateway.database.execute(SelectEventRows()).map(\.data) == values)
        }
    }

    @Test func `sensitive members are gone before anything is stored, by configured keywords too`() async throws {
        try await withGateway(keywords: ["iban"]) { gateway in
            let answer = try await gateway.send(
                "POST", "/v1/events",
                #"{"event": "a", "data": {"user": {"Password": "x", "pass\u0057ord": 1}, "myIBAN": 2, "id": 3}}"#)
            #expect(answer.status == 202)
            #expect(try await gateway.database.execute(SelectEventRows()).map(\.data) == [#"{"user": {}, "id": 3}"#])
        }
    }

    @Test func `keywords that the database holds apply from the first event on`() async throws {
        try await Turnstile.shared.pass {
            try await withDatabase(template: .migrated) { url in
                try await withGateway(on: url) { gateway in
                    try await gateway.run("INSERT INTO martlet.sensitive_keywords (keyword) VALUES ('nickname')")
                }
                try await withGateway(on: url) { gateway in
                    try await gateway.send("POST", "/v1/events", #"{"event": "a", "data": {"id": 2, "nickname": 1}}"#)
                    #expect(try await gateway.database.execute(SelectEventRows()).map(\.data) == [#"{"id": 2}"#])
                }
            }
        }
    }

    @Test func `the same idempotency key again is answered with the first event and stores nothing`() async throws {
        try await withGateway { gateway in
            _ = try await gateway.subscribe()
            let body = #"{"event": "a", "data": 1, "idempotency_key": "k-1"}"#
            let first = try await gateway.send("POST", "/v1/events", body)
            let rows = try await gateway.storedRows()
            let second = try await gateway.send(
                "POST", "/v1/events", #"{"event": "b", "data": 2, "idempotency_key": "k-1"}"#)
            #expect(first.status == 202)
            #expect(second.status == 200)
            let id = try #require(try first.string("id"))
            #expect(second.text == #"{"id":"\#(id)","deliveries":0,"duplicate":true}"#)
            #expect(try await gateway.storedRows() == rows)
        }
    }

    @Test func `an idempotency key belongs to its tenant`() async throws {
        try await withGateway { gateway in
            let body = #"{"event": "a", "data": 1, "idempotency_key": "k-1"}"#
            let first = try await gateway.send("POST", "/v1/events", body)
            let other = try await gateway.send("POST", "/v1/events?tenant=other", body)
            #expect([first.status, other.status] == [202, 202])
        }
    }

    @Test func `occurred_at is kept and shown in UTC`() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(
                "POST", "/v1/events", #"{"event": "a", "data": 1, "occurred_at": "2025-06-01T12:00:00.5+02:00"}"#)
            let id = try #require(try answer.string("id"))
            let shown = try await gateway.send("GET", "/v1/events/\(id)")
            #expect(try shown.string("occurred_at") == "2025-06-01T10:00:00.500Z")
        }
    }

    @Test func `an event is shown with its data and its deliveries`() async throws {
        try await withGateway { gateway in
            let subscription = try await gateway.subscribe()
            let sent = try await gateway.send("POST", "/v1/events", #"{"event": "a.b", "data": {"x": 1.0}}"#)
            let id = try #require(try sent.string("id"))
            let shown = try await gateway.send("GET", "/v1/events/\(id)")
            #expect(shown.status == 200)
            #expect(try shown.string("event") == "a.b")
            #expect(shown.text.contains(#""data":{"x": 1.0}"#))
            let delivery = try #require(try shown.json.member(named: "deliveries")?.arrayValue?.first)
            #expect(delivery.member(named: "subscription_id")?.stringValue == subscription)
            #expect(delivery.member(named: "status")?.stringValue == "pending")
        }
    }

    @Test func `events are listed newest first, page by page`() async throws {
        try await withGateway { gateway in
            for number in 1...5 {
                try await gateway.send("POST", "/v1/events", #"{"event": "e\#(number)", "data": 0}"#)
            }
            var names: [String] = []
            var target = "/v1/events?limit=2"
            while true {
                let page = try await gateway.send("GET", target)
                #expect(page.status == 200)
                names += try (page.json.member(named: "data")?.arrayValue ?? []).compactMap {
                    $0.member(named: "event")?.stringValue
                }
                guard let next = try page.string("next") else { break }
                target = "/v1/events?limit=2&after=\(next)"
            }
            #expect(names == ["e5", "e4", "e3", "e2", "e1"])
        }
    }
}
