import EndToEndSupport
import LoopbackReceiver
import Synchronization
import TestSupport
import Testing

struct BreakerTests {
    @Test func `ten failures in a row switch a subscription off, and what it holds goes out when it is switched on`()
        async throws
    {
        let status = Mutex(500)
        let broken = try LoopbackReceiver { _ in .respond(status.withLock { $0 }) }
        let observer = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(broken.url, to: "order.*", profile: "newmeta")
            _ = try await client.subscribe(observer.url, to: "webhook.subscription.disabled")
            try await installation.withWorker { _ in
                for number in 1...10 { try await client.dispatch("order.created", "\(number)") }

                let notices = try await observer.requests(count: 1, within: .seconds(20))
                #expect(notices[0].header("X-Webhook-Event") == "webhook.subscription.disabled")
                #expect(notices[0].bodyText.contains(#""subscription_id" : "\#(subscription.id)""#))
                let off = try await client.call("GET", "/v1/subscriptions/\(subscription.id)")
                #expect(try off.member("active") == .bool(false))
                #expect(try off.member("failure_count")?.intValue == 10)
                #expect(try off.string("disabled_reason").contains("10 consecutive attempts failed"))

                // Held: not sent even when due. New events are not queued at all.
                try await installation.makeRetriesDue()
                let answer = try await client.call(
                    "POST", "/v1/events", #"{"event": "order.created", "data": 11}"#, expecting: 202)
                #expect(try answer.member("deliveries")?.intValue == 0)
                try await installation.drain()
                #expect(broken.requestCount == 10)
                #expect(try await installation.database.count("martlet.webhook_queue WHERE status = 'retry'") == 10)

                status.withLock { $0 = 200 }
                let on = try await client.call("POST", "/v1/subscriptions/\(subscription.id)/activate")
                #expect(try on.member("active") == .bool(true))
                #expect(try on.member("failure_count")?.intValue == 0)
                #expect(try on.member("disabled_reason") == .null)
                let all = try await broken.requests(count: 20, within: .seconds(20))
                #expect(all.suffix(10).map(\.bodyText).sorted() == (1...10).map(String.init).sorted())
            }
        }
        #expect(observer.requestCount == 1)
    }

    @Test func `a success in between starts the count anew`() async throws {
        let receiver = try LoopbackReceiver { .respond($0.bodyText == "0" ? 200 : 500) }
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url, profile: "newmeta")
            for run in [1...9, 0...0, 1...9] {
                for number in run { try await client.dispatch("order.created", "\(number)") }
                try await installation.drain()
            }
            let state = try await client.call("GET", "/v1/subscriptions/\(subscription.id)")
            #expect(try state.member("active") == .bool(true))
            #expect(try state.member("failure_count")?.intValue == 9)
            #expect(receiver.requestCount == 19)
        }
    }
}
