import EndToEndSupport
import Synchronization
import TestSupport

/// Producers that post events one after the other, and go on whatever happens to the server.
final class Load: Sendable {
    private let ledger: Ledger
    private let client: GatewayClient
    private let isOver = Mutex(false)

    /// At the same time, each on a connection of its own.
    static let producers = 8

    private init(client: GatewayClient, ledger: Ledger) {
        self.client = client
        self.ledger = ledger
    }

    /// Keeps the server busy while `body` runs.
    static func on(
        _ client: GatewayClient, ledger: Ledger, _ body: (Load) async throws -> Void
    ) async throws {
        let load = Load(client: client, ledger: ledger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...producers { group.addTask { await load.produce() } }
            do {
                try await body(load)
            } catch {
                load.end()
                throw error
            }
            load.end()
            try await group.waitForAll()
        }
    }

    /// Waits until so many more events are acknowledged.
    func acknowledged(_ count: Int) async throws {
        let goal = ledger.acknowledgedCount + count
        try await eventually("\(count) more events are acknowledged", within: .seconds(30)) {
            ledger.acknowledgedCount >= goal
        }
    }

    private func end() { isOver.withLock { $0 = true } }

    private func produce() async {
        while !isOver.withLock({ $0 }) {
            var number = 0
            do {
                try await client.post(to: "/v1/events") {
                    guard !isOver.withLock({ $0 }) else { return nil }
                    number = ledger.next()
                    return #"{"event": "order.created", "data": \#(number)}"#
                } answered: { answer in
                    if answer.status == 202 { ledger.acknowledge(number) }
                }
            } catch {
                // The connection broke: this event may have been stored or not, and is not posted again.
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
