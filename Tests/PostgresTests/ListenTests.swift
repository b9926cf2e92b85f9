import Postgres
import Testing
import TestSupport

struct ListenTests {
    @Test func `a stream begins with a gap and then yields notifications in order`() async throws {
        try await withClient { client in
            var events = client.listen(["work", "Mixed \"Case\""]).makeAsyncIterator()
            #expect(await events.next() == .gap)
            try await client.execute(Notify(channel: "work", payload: "1"))
            try await client.execute(Notify(channel: "elsewhere", payload: "2"))
            try await client.execute(Notify(channel: "Mixed \"Case\"", payload: "3"))
            #expect(await events.next() == .notification(channel: "work", payload: "1"))
            #expect(await events.next() == .notification(channel: "Mixed \"Case\"", payload: "3"))
        }
    }

    @Test func `a lost connection is opened again and reported as a gap`() async throws {
        try await withClient(connectionsMax: 1) { client in
            var events = client.listen(["work"]).makeAsyncIterator()
            #expect(await events.next() == .gap)
            for backend in try await client.execute(OtherBackends()) {
                try await client.execute(TerminateBackend(backend: backend))
            }
            #expect(await events.next() == .gap)
            try await client.execute(Notify(channel: "work", payload: "again"))
            #expect(await events.next() == .notification(channel: "work", payload: "again"))
        }
    }

    @Test func `a reader who is too slow is told of a gap`() async throws {
        try await withDatabase { url in
            try await withClient(PostgresConfiguration(url: url, notificationsMax: 10)) { client in
                let stream = client.listen(["work"])
                var events = stream.makeAsyncIterator()
                #expect(await events.next() == .gap)
                for number in 0..<50 { try await client.execute(Notify(channel: "work", payload: "\(number)")) }
                // A second stream hears of the end: by then the first one's buffer has overflowed. It is another
                // connection, so the first may still be behind; reading up to the gap waits for it.
                var isGapSeen = false
                while !isGapSeen, let event = await events.next() { isGapSeen = event == .gap }
                #expect(isGapSeen)
            }
        }
    }

    @Test func `the connection closes when the reader is gone`() async throws {
        try await withClient(connectionsMax: 1) { client in
            let reader = Task {
                for await event in client.listen(["work"]) where event != .gap { return }
            }
            try await eventually("the stream is connected") {
                try await client.execute(OtherBackends()).count == 1
            }
            reader.cancel()
            await reader.value
            try await eventually("the stream's connection is closed") {
                try await client.execute(OtherBackends()).isEmpty
            }
        }
    }

    @Test func `shutdown ends the stream`() async throws {
        try await withDatabase { url in
            let client = PostgresClient(PostgresConfiguration(url: url), logger: quietLogger)
            var events = client.listen(["work"]).makeAsyncIterator()
            #expect(await events.next() == .gap)
            await client.shutdown()
            #expect(await events.next() == nil)
            var late = client.listen(["work"]).makeAsyncIterator()
            #expect(await late.next() == nil)
        }
    }
}

private struct Notify: Statement {
    let channel: String
    let payload: String
    static let sql = "SELECT pg_catalog.pg_notify($1, $2)"
    func encode(into parameters: inout Parameters) {
        parameters.text(channel)
        parameters.text(payload)
    }
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}
