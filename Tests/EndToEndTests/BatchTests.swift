import EndToEndSupport
import JSONFilter
import LoopbackReceiver
import PrivatePostgres
import TestSupport
import Testing
import WebhookCore

struct BatchTests {
    /// `martlet process-webhooks`, run to its end.
    private static func processWebhooks(
        _ installation: Installation, _ arguments: [String] = ["--time-limit=25"]
    ) async throws -> ProcessExit {
        try await withChildProcess(
            .martlet, ["process-webhooks"] + arguments, environment: installation.environment
        ) { try await $0.waitForExit(within: .seconds(60)) }
    }

    /// The numbers in the bodies, request by request.
    private static func numbers(_ requests: [ReceivedRequest]) throws -> [[Int]] {
        try requests.map { request in
            let body = try JSONValue(parsing: request.body)
            return (body.objectValue ?? []).flatMap { type in
                (type.value.arrayValue ?? []).compactMap { $0.member(named: "n")?.intValue }
            }
        }
    }

    @Test func `a running worker sends what waited as signed batches, every interval`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let made = try await client.subscribe(
                receiver.url, settings: #""queue_mode": "queued", "batch_interval": "1s", "batch_size": 3"#)
            for number in 0..<4 {
                try await client.dispatch(number == 1 ? "order.paid" : "order.created", #"{"n": \#(number)}"#)
            }
            try await installation.withWorker { _ in
                let requests = try await receiver.requests(count: 2, within: .seconds(20))
                #expect(try Self.numbers(requests) == [[0, 2, 1], [3]])
                let body = try JSONValue(parsing: requests[0].body)
                #expect(body.objectValue?.map(\.name) == ["order.created", "order.paid"])
                let secret = try SubscriptionSecret(made.secret, for: .standard)
                for request in requests {
                    #expect(request.header("X-Webhook-Event") == "webhook.batch")
                    #expect(request.header("webhook-id") == request.deliveryID.map { "msg_\($0)" })
                    let timestamp = try #require(request.header("webhook-timestamp").flatMap { Int64($0) })
                    let signer = Signer(profile: .standard, secrets: [secret])
                    let id = try #require(request.deliveryID.flatMap { DeliveryID($0) })
                    let signed = signer.headers(
                        id: id, body: request.body, now: Timestamp(secondsSinceUnixEpoch: timestamp))
                    #expect(signed.last?.value == request.header("webhook-signature"))
                }
            }
        }
    }

    @Test func `process-webhooks sends what no interval sends, and has nothing to do the second time`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(
                receiver.url, to: "order.*", settings: #""queue_mode": "queued", "batch_size": 10"#)
            _ = try await client.subscribe(receiver.url, to: "user.*")
            for number in 0..<25 { try await client.dispatch("order.created", #"{"n": \#(number)}"#) }
            // A worker that runs leaves it alone.
            try await installation.drain()
            #expect(receiver.requestCount == 0)
            try await client.dispatch("user.created", #"{"n": 1}"#)

            #expect(try await Self.processWebhooks(installation) == .exited(0))
            let requests = try await receiver.requests(count: 4, within: .seconds(1))
            let batches = requests.filter { $0.header("X-Webhook-Event") == "webhook.batch" }
            #expect(try Self.numbers(batches) == [Array(0..<10), Array(10..<20), Array(20..<25)])
            #expect(try await Self.processWebhooks(installation) == .exited(0))
            #expect(receiver.requestCount == 4)
        }
    }

    @Test func `runs that overlap send nothing twice`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            for position in 0..<8 {
                _ = try await client.subscribe(
                    receiver.url, to: "queue\(position).*", settings: #""queue_mode": "queued", "batch_size": 7"#)
            }
            try await installation.database.run(
                """
                SELECT martlet.dispatch('queue' || n % 8 || '.created', ('{"n": ' || n || '}')::json)
                FROM generate_series(1, 2000) AS n
                """)
            try await withThrowingTaskGroup(of: ProcessExit.self) { runs in
                for _ in 1...3 { runs.addTask { try await Self.processWebhooks(installation) } }
                for try await exit in runs { #expect(exit == .exited(0)) }
            }
            let numbers = try await Self.numbers(receiver.requests(count: receiver.requestCount, within: .seconds(1)))
                .flatMap { $0 }
            #expect(numbers.sorted() == Array(1...2000))
        }
    }

    @Test func `a worker killed before its batch was on record sends the same batch again`() async throws {
        let hanging = try LoopbackReceiver { _ in .hang }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(
                hanging.url, settings: #""queue_mode": "queued", "batch_interval": "1s", "timeout": "30s""#)
            for number in 0..<3 { try await client.dispatch("order.created", #"{"n": \#(number)}"#) }
            try await installation.withWorker { _ in _ = try await hanging.requests(count: 1, within: .seconds(20)) }
            try await client.dispatch("order.created", #"{"n": 3}"#)
            try await installation.withWorker { _ in
                let requests = try await hanging.requests(count: 2, within: .seconds(30))
                #expect(try Self.numbers(requests) == [[0, 1, 2], [0, 1, 2]])
                #expect(requests[0].deliveryID == requests[1].deliveryID)
            }
        }
    }

    @Test func `a batch that hangs holds up no other subscription`() async throws {
        let hanging = try LoopbackReceiver { _ in .hang }
        let healthy = try LoopbackReceiver()
        try await withInstallation { installation, client in
            for (url, name) in [(hanging.url, "hanging.*"), (healthy.url, "healthy.*")] {
                _ = try await client.subscribe(
                    url, to: name,
                    settings: #""queue_mode": "queued", "batch_interval": "1s", "batch_size": 1, "timeout": "30s""#)
            }
            for _ in 1...20 {
                try await client.dispatch("hanging.created")
                try await client.dispatch("healthy.created")
            }
            try await installation.withWorker { _ in
                _ = try await healthy.requests(count: 20, within: .seconds(20))
                #expect(hanging.requestCount == 1)
            }
        }
    }

    @Test(arguments: [true, false])
    func `a new interval holds for what waits already`(isByHTTP: Bool) async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let made = try await client.subscribe(
                receiver.url, settings: #""queue_mode": "queued", "batch_interval": "24h""#)
            for number in 0..<4 { try await client.dispatch("order.created", #"{"n": \#(number)}"#) }
            try await installation.withWorker { _ in
                // The worker has seen that they are due tomorrow.
                try await eventually("their lane is known", within: .seconds(20)) {
                    try await installation.database.count("martlet.lanes WHERE due_at > now() + interval '1 hour'") == 1
                }
                if isByHTTP {
                    try await client.call("PATCH", "/v1/subscriptions/\(made.id)", #"{"batch_interval": "1s"}"#)
                } else {
                    let update = ["subscriptions", "update", made.id, "--batch-interval", "1s"]
                    let exit = try await withChildProcess(.martlet, update, environment: installation.environment) {
                        try await $0.waitForExit(within: .seconds(60))
                    }
                    #expect(exit == .exited(0))
                }
                let requests = try await receiver.requests(count: 1, within: .seconds(20))
                #expect(try Self.numbers(requests) == [[0, 1, 2, 3]])
            }
        }
    }

    @Test func `the mode changes while a worker runs, and nothing is lost or doubled`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, settings: #""batch_interval": "1s", "batch_size": 5"#)
            try await installation.withWorker { _ in
                var number = 0
                for mode in ["queued", "immediate", "queued", "immediate"] {
                    try await client.call("PUT", "/v1/settings", #"{"queue_mode": "\#(mode)"}"#)
                    for _ in 1...12 {
                        try await client.dispatch("order.created", #"{"n": \#(number)}"#)
                        number += 1
                    }
                }
                try await eventually("the queue is empty", within: .seconds(30)) {
                    try await installation.database.value(
                        "SELECT count(*) FROM martlet.webhook_queue WHERE status <> 'delivered'"
                    ).intValue == 0
                }
                let requests = try await receiver.requests(count: receiver.requestCount, within: .seconds(1))
                let singles = requests.filter { $0.header("X-Webhook-Event") == "order.created" }
                let batches = requests.filter { $0.header("X-Webhook-Event") == "webhook.batch" }
                let numbers =
                    try singles.compactMap {
                        try JSONValue(parsing: $0.body).member(named: "data")?.member(named: "n")?.intValue
                    } + Self.numbers(batches).flatMap { $0 }
                #expect(numbers.sorted() == Array(0..<number))
                #expect(singles.count >= 24)
            }
        }
    }
}
