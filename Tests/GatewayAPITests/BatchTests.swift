import JSONFilter
import Testing

struct BatchTests {
    @Test func `an array of events is answered with a result for each, in order`() async throws {
        try await withGateway { gateway in
            _ = try await gateway.subscribe()
            let answer = try await gateway.send(
                "POST", "/v1/events/batch",
                #"[{"event": "a", "data": 1}, {"event": "b", "data": {"token": 1, "x": 2}}, {"event": "c", "data": 3}]"#
            )
            #expect(answer.status == 202)
            let results = try #require(try answer.json.member(named: "data")?.arrayValue)
            #expect(results.compactMap { $0.member(named: "deliveries")?.intValue } == [1, 1, 1])
            #expect(Set(results.compactMap { $0.member(named: "id")?.stringValue }).count == 3)
            let rows = try await gateway.database.execute(SelectEventRows())
            #expect(rows.map(\.name) == ["a", "b", "c"])
            #expect(rows[1].data == #"{ "x": 2}"#)
        }
    }

    @Test func `lines of events are taken, blank ones and carriage returns do not count`() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(
                "POST", "/v1/events/batch", "{\"event\": \"a\", \"data\": 1}\r\n\n{\"event\": \"b\", \"data\": 2}",
                type: "application/x-ndjson")
            #expect(answer.status == 202)
            #expect(try await gateway.database.execute(SelectEventRows()).map(\.name) == ["a", "b"])
        }
    }

    @Test func `a thousand events are taken`() async throws {
        try await withGateway { gateway in
            let events = Array(repeating: #"{"event": "a", "data": 1}"#, count: 1_000).joined(separator: ",")
            let answer = try await gateway.send("POST", "/v1/events/batch", "[\(events)]")
            #expect(answer.status == 202)
            #expect(try await gateway.database.execute(SelectEventRows()).count == 1_000)
        }
    }

    @Test func `a key that stands twice in a batch is stored once`() async throws {
        try await withGateway { gateway in
            let event = #"{"event": "a", "data": 1, "idempotency_key": "k"}"#
            let answer = try await gateway.send("POST", "/v1/events/batch", "[\(event), \(event)]")
            let results = try #require(try answer.json.member(named: "data")?.arrayValue)
            #expect(results[0].member(named: "id") == results[1].member(named: "id"))
            #expect(results.map { $0.member(named: "duplicate") } == [nil, .bool(true)])
            #expect(try await gateway.database.execute(SelectEventRows()).count == 1)
        }
    }
}
