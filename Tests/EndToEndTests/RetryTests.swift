import EndToEndSupport
import JSONFilter
import LoopbackReceiver
import Synchronization
import TestSupport
import Testing

struct RetryTests {
    @Test func `a failed delivery is sent again with the same id, no earlier than 30 s after the attempt ended`()
        async throws
    {
        let answers = Mutex([500, 200])
        let receiver = try LoopbackReceiver { _ in
            .respond(after: .milliseconds(50), answers.withLock { $0.isEmpty ? 200 : $0.removeFirst() })
        }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            try await installation.withWorker { _ in
                try await client.dispatch("order.created", #"{"n": 1}"#)
                try await installation.untilAttempts(1)
                let waiting = try await installation.database.row("SELECT * FROM martlet.webhook_queue")
                #expect(waiting.member(named: "status") == .string("retry"))
                #expect(waiting.member(named: "retry_count") == .number("1"))
                #expect(waiting.member(named: "error_message") == .string("HTTP 500"))
                #expect(try await installation.plannedWaitSeconds() >= 30)
                #expect(try await installation.plannedWaitSeconds() < 45)

                try await installation.makeRetriesDue()
                let requests = try await receiver.requests(count: 2, within: .seconds(20))
                #expect(requests[0].deliveryID == requests[1].deliveryID)
                #expect(requests[0].header("webhook-id") == requests[1].header("webhook-id"))
                #expect(requests[0].body == requests[1].body)
                try await installation.untilAttempts(2)
                let delivered = try await installation.database.row("SELECT * FROM martlet.webhook_queue")
                #expect(delivered.member(named: "status") == .string("delivered"))
                #expect(delivered.member(named: "id") == waiting.member(named: "id"))
            }
        }
    }

    @Test func `the waits are 30 s, 2 min, 8 min, 32 min and 2 h, then the delivery has failed`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(500) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, to: "order.*")
            try await installation.withWorker { _ in
                try await client.dispatch("order.created")
                for (index, wait) in [30.0, 120, 480, 1_920, 7_200].enumerated() {
                    try await installation.untilAttempts(index + 1)
                    let planned = try await installation.plannedWaitSeconds()
                    #expect(planned >= wait && planned < wait + 15)
                    #expect(
                        try await installation.database.value(
                            "SELECT retry_count FROM martlet.webhook_queue") == .number("\(index + 1)"))
                    try await installation.makeRetriesDue()
                }
                try await installation.untilAttempts(6)
                let failed = try await installation.database.row("SELECT * FROM martlet.webhook_queue")
                #expect(failed.member(named: "status") == .string("failed"))
                #expect(failed.member(named: "next_retry_at") == .null)
                #expect(failed.member(named: "retry_count") == .number("5"))
                let attempts = try await installation.database.value(
                    "SELECT json_agg(attempt ORDER BY id) FROM martlet.webhook_deliveries")
                #expect(attempts == .array((1...6).map { .number("\($0)") }))
            }
            try await installation.drain()
            #expect(receiver.requestCount == 6)
        }
    }

    @Test func `max_retries bounds the attempts`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(500) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, to: "order.*", settings: #""max_retries": 1"#)
            try await client.dispatch("order.created")
            try await installation.drain()
            try await installation.makeRetriesDue()
            try await installation.drain()
            #expect(
                try await installation.database.value("SELECT status FROM martlet.webhook_queue") == .string("failed"))
            #expect(receiver.requestCount == 2)
        }
    }

    @Test(arguments: [(429, "600", 600.0), (503, "100000", 86_400), (503, "1", 30), (500, "600", 30)])
    func `Retry-After is honoured on 429 and 503 where it is later than the planned wait, up to a day`(
        status: Int, retryAfter: String, wait: Double
    ) async throws {
        let receiver = try LoopbackReceiver { _ in .respond(status, headers: [("Retry-After", retryAfter)]) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            try await client.dispatch("order.created")
            try await installation.drain()
            let planned = try await installation.plannedWaitSeconds()
            #expect(planned >= wait && planned < wait + 15)
        }
    }
}
