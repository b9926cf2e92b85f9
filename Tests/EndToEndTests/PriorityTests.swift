import EndToEndSupport
import LoopbackReceiver
import TestSupport
import Testing

struct PriorityTests {
    @Test func `retries that hang leave half of the requests to first attempts`() async throws {
        let hanging = try LoopbackReceiver { _ in .hang }
        let healthy = try LoopbackReceiver()
        try await withInstallation(environment: ["MARTLET_CONCURRENCY": "32"]) { installation, client in
            for _ in 1...4 {
                _ = try await client.subscribe(hanging.url, to: "hanging.*", settings: #""timeout": "30s""#)
            }
            _ = try await client.subscribe(healthy.url, to: "healthy.*")
            // A hundred retries for each of four receivers: more than there are requests.
            try await installation.database.run(
                """
                SELECT martlet.dispatch('hanging.created', '1') FROM generate_series(1, 100);
                SELECT martlet.divert(id, 1000) FROM martlet.subscriptions WHERE events = '{hanging.*}';
                UPDATE martlet.waiting SET status = 'retry', retry_count = 1
                """)
            try await installation.withWorker { _ in
                _ = try await hanging.requests(count: 16, within: .seconds(20))
                for _ in 1...3 {
                    for _ in 1...50 { try await client.dispatch("healthy.created") }
                }
                _ = try await healthy.requests(count: 150, within: .seconds(20))
                #expect(hanging.requestCount == 16)
            }
        }
    }
}
