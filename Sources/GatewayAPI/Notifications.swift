import Postgres
import WebhookCore
import WebhookStore

/// What the database tells this server without being asked, on one connection.
struct Notifications: Sendable {
    let database: PostgresClient
    let keys: KeyDirectory
    let sources: SourceCache
    let tests: TestDispatcher

    private static let keysChannel = "martlet_keys"
    private static let sourcesChannel = "martlet_sources"

    /// Runs until the task is cancelled or the client is shut down.
    func run() async {
        for await event in database.listen([Self.keysChannel, Self.sourcesChannel, TestDispatcher.channel]) {
            switch event {
            case .gap:
                // Anything may have been missed.
                keys.forget()
                sources.clear()
                tests.lookAgain()
            case .notification(Self.keysChannel, _): keys.forget()
            case .notification(Self.sourcesChannel, _): sources.clear()
            case .notification(TestDispatcher.channel, let payload):
                if let delivery = DeliveryID(payload) { tests.recorded(delivery) }
            case .notification: break
            }
        }
    }
}
