import EndToEndSupport
import LoopbackReceiver
import PrivatePostgres
import Synchronization
import TestSupport
import Testing

struct ReplayTests {
    @Test func `a recovered endpoint gets its exhausted deliveries again on request, under their ids`() async throws {
        let status = Mutex(500)
        let receiver = try LoopbackReceiver { _ in .respond(status.withLock { $0 }) }
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(
                receiver.url, to: "order.*", settings: #""max_retries": 1"#)
            for _ in 1...3 { try await client.dispatch("order.created") }
            try await installation.drain()
            try await installation.makeRetriesDue()
            try await installation.drain()
            #expect(try await installation.database.count("martlet.webhook_queue WHERE status = 'failed'") == 3)
            let failed = Set(receiver.received.compactMap(\.deliveryID))

            status.withLock { $0 = 200 }
            let replay = try await client.call(
                "POST", "/v1/subscriptions/\(subscription.id)/replay",
                #"{"since": "2024-01-01T00:00:00Z", "status": "failed"}"#)
            #expect(try replay.member("queued")?.intValue == 3)
            try await installation.drain()
            #expect(Set(receiver.received.suffix(3).compactMap(\.deliveryID)) == failed)
            #expect(receiver.requestCount == 9)
            #expect(try await installation.database.count("martlet.webhook_queue WHERE status = 'delivered'") == 3)
        }
    }

    @Test func `a delivery that arrived goes out once more when asked for`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            try await client.dispatch("order.created", #"{"n": 1}"#)
            try await installation.drain()
            let first = try #require(receiver.received.first?.deliveryID)
            let shown = try await client.call("GET", "/v1/deliveries/\(first)")
            #expect(try shown.member("attempts")?.arrayValue?.count == 1)
            let retried = try await client.call("POST", "/v1/deliveries/\(first)/retry", expecting: 202)
            try await installation.drain()
            #expect(receiver.received.map(\.deliveryID) == [first, try retried.string("id")])
            #expect(receiver.received[0].body == receiver.received[1].body)
        }
    }

    @Test func `a large replay goes on in the background, outlives a killed worker, and doubles nothing`()
        async throws
    {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url, profile: "newmeta")
            try await installation.database.run(
                """
                SELECT martlet.dispatch('order.created', to_json(n)) FROM generate_series(1, 8000) AS n;
                WITH gone AS (DELETE FROM martlet.pending RETURNING id, event_id, subscription_id, tenant)
                INSERT INTO martlet.waiting (id, event_id, subscription_id, tenant, status, retry_count, error_message)
                SELECT id, event_id, subscription_id, tenant, 'failed', 5, 'HTTP 500' FROM gone
                """)
            let started = try await client.call(
                "POST", "/v1/subscriptions/\(subscription.id)/replay", #"{"since": "2024-01-01T00:00:00Z"}"#,
                expecting: 202)
            let id = try started.string("id")
            try await installation.withWorker { worker in
                _ = try await receiver.requests(count: 500, within: .seconds(30))
                worker.send(.kill)
                _ = try await worker.waitForExit()
            }
            try await installation.withWorker { _ in
                // New events do not wait behind what is replayed.
                try await client.dispatch("order.created", #""new""#)
                try await eventually("the replay is done", within: .seconds(60)) {
                    try await client.call("GET", "/v1/replays/\(id)").string("state") == "done"
                }
                try await eventually("all has arrived", within: .seconds(60)) {
                    try await installation.database.count("martlet.waiting") == 0
                }
            }
            let replay = try await client.call("GET", "/v1/replays/\(id)")
            #expect(try replay.member("queued")?.intValue == 8_000)
            // One attempt on record for each; what the killed worker had in the air may have been sent twice.
            #expect(try await installation.database.count("martlet.attempts WHERE outcome = 'd'") == 8_001)
            #expect(Set(receiver.received.compactMap(\.deliveryID)).count == 8_001)
        }
    }
}
