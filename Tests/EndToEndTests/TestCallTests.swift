import EndToEndSupport
import LoopbackReceiver
import Synchronization
import Testing

/// `POST /v1/subscriptions/{id}/test`, through a real worker to a real receiver.
struct TestCallTests {
    @Test func `a test is sent for real and answered with what came of it`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(204) }
        try await withInstallation { installation, client in
            // Nothing it subscribes to: a test goes out all the same.
            let subscription = try await client.subscribe(receiver.url, to: "never.emitted")
            try await installation.withWorker { _ in
                let ping = try await client.call("POST", "/v1/subscriptions/\(subscription.id)/test")
                #expect(try ping.member("delivered") == .bool(true))
                #expect(try ping.member("response_code")?.intValue == 204)
                #expect(try ping.member("error") == .null)
                try await client.call(
                    "POST", "/v1/subscriptions/\(subscription.id)/test", #"{"event": "order.created"}"#)
            }
            #expect(receiver.received.map { $0.header("X-Webhook-Event") } == ["webhook.ping", "order.created"])
        }
    }

    @Test func `a failed test is not repeated and does not count, a successful one does not reset the count`()
        async throws
    {
        let status = Mutex(500)
        let receiver = try LoopbackReceiver { _ in .respond(status.withLock { $0 }) }
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url)
            let path = "/v1/subscriptions/\(subscription.id)"
            try await installation.withWorker { _ in
                for _ in 1...3 { try await client.dispatch("order.created") }
                try await installation.untilAttempts(3)

                let failed = try await client.call("POST", "\(path)/test")
                #expect(try failed.member("delivered") == .bool(false))
                #expect(try failed.member("response_code")?.intValue == 500)
                #expect(try failed.string("error") == "HTTP 500")
                #expect(try await client.call("GET", path).member("failure_count")?.intValue == 3)

                status.withLock { $0 = 200 }
                #expect(try await client.call("POST", "\(path)/test").member("delivered") == .bool(true))
                #expect(try await client.call("GET", path).member("failure_count")?.intValue == 3)
                #expect(try await installation.database.count("martlet.webhook_queue WHERE status = 'retry'") == 3)
            }
        }
        #expect(receiver.requestCount == 5)
    }

    @Test func `an inactive subscription can be tested, and stays inactive`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url)
            let path = "/v1/subscriptions/\(subscription.id)"
            try await installation.withWorker { _ in
                try await client.call("POST", "\(path)/deactivate")
                #expect(try await client.call("POST", "\(path)/test").member("delivered") == .bool(true))
                #expect(try await client.call("GET", path).member("active") == .bool(false))
            }
        }
        #expect(receiver.requestCount == 1)
    }

    @Test func `without a worker the answer says so, and nothing is sent later`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url)
            let answer = try await client.call("POST", "/v1/subscriptions/\(subscription.id)/test")
            #expect(try answer.member("delivered") == .bool(false))
            #expect(try answer.string("error").contains("no delivery-worker took the test"))
            try await installation.drain()
        }
        #expect(receiver.requestCount == 0)
    }
}
