import EndToEndSupport
import LoopbackReceiver
import TestSupport
import Testing

struct StatsTests {
    @Test func `a worker counts what it has sent, and the API shows it`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, to: "order.*")
            try await installation.withWorker { _ in
                for _ in 1...3 { try await client.dispatch("order.created") }
                try await installation.untilAttempts(3)
                let stats = try await client.send("GET", "/v1/stats")
                #expect(stats.text.contains(#""success_rate":1"#))
                try await eventually("the attempts are counted", within: .seconds(60)) {
                    try await installation.database.value(
                        "SELECT coalesce(sum(attempts), 0) AS counted FROM martlet.open_statistics"
                    ).doubleValue == 3
                }
                #expect(try await client.send("GET", "/v1/stats").text == stats.text)
            }
        }
    }
}
