import EndToEndSupport
import LoopbackReceiver
import Synchronization
import TestSupport
import Testing

struct OperationalEventTests {
    private static let told = """
        event_name IN ('webhook.subscription.disabled', 'webhook.subscription.recovered', 'webhook.delivery.exhausted')
        """

    /// Both want everything, what is told about their own failures included, and neither takes anything.
    @Test func `dead receivers that want everything are told about a bounded number of times`() async throws {
        let dead = try LoopbackReceiver { _ in .respond(500) }
        try await withInstallation { installation, client in
            for _ in 1...2 { _ = try await client.subscribe(dead.url, settings: #""max_retries": 1"#) }
            for _ in 1...3 { try await client.dispatch("order.created") }
            var rounds = 0
            var told = -1
            // Until a round, in which everything that waits is attempted again, tells nothing new.
            repeat {
                told = try await installation.database.count("martlet.events WHERE \(Self.told)")
                try await installation.drain()
                try await installation.makeRetriesDue()
                try await installation.drain()
                rounds += 1
                try #require(rounds < 20)
            } while try await installation.database.count("martlet.events WHERE \(Self.told)") != told
            // Three deliveries to each exhausted at most, and each switched off once at most.
            #expect((1...8).contains(told))
            #expect(
                try await installation.database.count(
                    """
                    martlet.events AS told
                    WHERE event_name = 'webhook.delivery.exhausted' AND payload ->> 'event' <> 'order.created'
                    """) == 0)
        }
    }

    @Test func `an outage is told about from its beginning to its end`() async throws {
        let status = Mutex(500)
        let receiver = try LoopbackReceiver { _ in .respond(status.withLock { $0 }) }
        let observer = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url, to: "order.*")
            _ = try await client.subscribe(observer.url, to: "webhook.*", profile: "newmeta")
            try await installation.withWorker { _ in
                for _ in 1...10 { try await client.dispatch("order.created") }
                _ = try await observer.requests(count: 1, within: .seconds(20))
                status.withLock { $0 = 200 }
                try await client.call("POST", "/v1/subscriptions/\(subscription.id)/activate")
                let notices = try await observer.requests(count: 2, within: .seconds(20))
                #expect(
                    notices.map { $0.header("X-Webhook-Event") } == [
                        "webhook.subscription.disabled", "webhook.subscription.recovered",
                    ])
                #expect(notices[1].bodyText.contains(#""subscription_id" : "\#(subscription.id)""#))
            }
        }
    }
}
