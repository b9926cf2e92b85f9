import Postgres
import Testing
import WebhookCore

@testable import WebhookStore

/// What SQL rebuilds for people who look must be what was sent.
struct RenderTests {
    private static let payloads = [
        "{}", "{ }", " {\n} ", "[]", "[1, 2]", "1", " 19.90 ", "null", "\"text\"", "\"\\u0000\\ud83d\\ude00\"",
        #"{"a":1}"#, #"{"a":1,"a":2}"#, #" { "a" : 1 } "#, "{\"a\":\t12345678901234567890\r\n}",
        #"{"timestamp":1}"#, #"{ "timestamp" : 1 }"#, #"{"timestamp":1,"timestamp":2}"#,
        #"{"a":1,"timestamp":2}"#, #"{ "a" : 1 , "timestamp" : 2 }"#, #"{"timestamp":1 , "a" : 2 }"#,
        #"{ "b":0, "timestamp":{"timestamp":[1,{"x":2}]}, "c" : "}" }"#,
        #"{"\u0074imestamp":1,"a":2}"#, #"{"timest\u0061\u006Dp":1}"#, #"{"timest\u0061\u006dp":1,"b":[]}"#,
        #"{"a":{"timestamp":1}}"#, #"{"a":[{"timestamp":1}], "b":"\"timestamp\""}"#, #"{"a":"timestamp"}"#,
        #"{"\\u0074imestamp":1}"#, #"{"timestamps":1,"xtimestamp":2,"Timestamp":3}"#, #"{"":1,"timestamp":null}"#,
        #"{"a":"x\"","timestamp":1,"b":"\\"}"#, "{\"ä\":\"ö\",\"timestamp\":1,\"日本\":[ ]}",
    ]

    private static let times = [
        Timestamp(microsecondsSinceUnixEpoch: 1_795_359_845_123_999), Timestamp(microsecondsSinceUnixEpoch: -1),
        Timestamp(microsecondsSinceUnixEpoch: 0), Timestamp(microsecondsSinceUnixEpoch: 951_782_400_999_999),
        Timestamp(secondsSinceUnixEpoch: 253_402_300_799),
    ]

    @Test(arguments: Profile.allCases)
    func `payload and headers of the history are those of the request, byte for byte`(profile: Profile) async throws {
        try await withStore { store in
            let headers = [HeaderField("X-Site", "käse \"1\""), HeaderField("X-Empty", ""), HeaderField("x-last", "z")]
            let stored = try await store.subscribe(profile: profile, headers: headers)
            let subscription = try store.subscriptions.prepare(stored, now: TestStore.now)
            let events = Self.payloads.enumerated().map { position, payload in
                Event(
                    name: EventName(stored: "order.created"), tenant: "default", data: Array(payload.utf8),
                    idempotencyKey: nil, occurredAt: Self.times[position % Self.times.count])
            }
            _ = try await store.database.execute(DispatchEvents(events: events))

            let worker = try #require(
                try await store.database.execute(RegisterWorker(name: "host", userAgent: "Martlet/9 Webhook")).first)
            let claimed = try await store.claim(as: worker, limit: 1_000)
            #expect(claimed.count == events.count)
            try await store.record(
                claimed.map { try store.attempt($0, of: stored, status: 200, userAgent: "Martlet/9 Webhook") },
                as: worker)

            for delivery in claimed {
                let request = SignedRequest(
                    delivery, to: subscription, now: TestStore.now, userAgent: "Martlet/9 Webhook")
                let row = "FROM martlet.webhook_deliveries WHERE queue_ids = ARRAY[\(delivery.id)]"
                let payload = try await store.value("SELECT request_payload \(row)")
                #expect(payload == String(decoding: request.body, as: UTF8.self))
                let headers = try await store.value(
                    """
                    SELECT string_agg(header.key || ': ' || header.value, E'\\n')
                    FROM (SELECT request_headers \(row)) AS request, json_each_text(request_headers) AS header
                    """)
                #expect(headers == request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n"))
                #expect(try await store.value("SELECT request_url \(row)") == request.url)
            }
        }
    }

    private struct RenderEntry: Statement {
        let data: [UInt8]
        let time: Timestamp
        static let sql = "SELECT martlet.render_entry($1, $2)"
        func encode(into parameters: inout Parameters) {
            parameters.json(data)
            parameters.timestamptz(microsecondsSinceUnixEpoch: time.microsecondsSinceUnixEpoch)
        }
        static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
    }

    /// The entry of an aggregated body with one event.
    private static func entry(_ data: String, _ time: Timestamp) -> String {
        let entry = Payload.Entry(eventName: "a", occurredAt: time, data: Array(data.utf8))
        return String(String(decoding: Payload.aggregated([entry]), as: UTF8.self).dropFirst(6).dropLast(2))
    }

    @Test func `generated entries are rendered alike`() async throws {
        try await withStore { store in
            var random = SplitMix64(seed: 4711)
            let pieces = [
                "\"timestamp\":1", "\"a\":{\"timestamp\":2}", "\"b\":\"timestamp\"", "\"\\u0074imestamp\":[1,{}]",
                "\"c\":[]",
                "\"d\" : \"}\"",
            ]
            let spaces = ["", "", " ", "\n", " \t"]
            for _ in 0..<300 {
                var members: [String] = []
                for _ in 0..<Int.random(in: 0...5, using: &random) {
                    let piece = pieces.randomElement(using: &random) ?? ""
                    let (before, after) = (spaces.randomElement(using: &random), spaces.randomElement(using: &random))
                    members.append("\(before ?? "")\(piece)\(after ?? "")")
                }
                let data = "{\(members.joined(separator: ","))}"
                let rendered = try await store.database.execute(
                    RenderEntry(data: Array(data.utf8), time: TestStore.now))
                #expect(rendered == [Self.entry(data, TestStore.now)], "\(data)")
            }
        }
    }

    @Test func `a large entry is rendered within its statement's deadline`() async throws {
        try await withStore { store in
            let data = "{\"timestamp\":1" + String(repeating: ",\"a\":1", count: 170_000) + "}"
            let rendered = try await store.database.execute(
                RenderEntry(data: Array(data.utf8), time: TestStore.now), deadline: .seconds(60))
            #expect(rendered == [Self.entry(data, TestStore.now)])
        }
    }
}
