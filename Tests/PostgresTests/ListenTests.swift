import TestSupport
import Testing

@testable import Postgres

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

    @Test func `a reader who is too slow loses the oldest events and is told of a gap`() async {
        let (stream, continuation) = AsyncStream.makeStream(of: ListenEvent.self, bufferingPolicy: .bufferingNewest(4))
        for number in 1...5 { continuation.deliver(.notification(channel: "work", payload: "\(number)")) }
        continuation.finish()
        var events: [ListenEvent] = []
        for await event in stream { events.append(event) }
        #expect(events == [3, 4, 5].map { .notification(channel: "work", payload: "\($0)") } + [.gap])
    }

    @Test func `however much a reader misses, what it reads ends with a gap`() async {
        let (stream, continuation) = AsyncStream.makeStream(of: ListenEvent.self, bufferingPolicy: .bufferingNewest(4))
        for number in 1...100 { continuation.deliver(.notification(channel: "work", payload: "\(number)")) }
        continuation.finish()
        var events: [ListenEvent] = []
        for await event in stream { events.append(event) }
        #expect(events.count == 4)
        #expect(events.last == .gap)
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
