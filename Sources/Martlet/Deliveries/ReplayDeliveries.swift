import ArgumentParser
import GatewayAPI
import JSONFilter
import WebhookCore
import WebhookStore

/// `martlet deliveries replay`
struct ReplayDeliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send deliveries of a subscription again: failed ones anew, delivered ones as new deliveries.",
        discussion: "The first thousand are queued at once, the rest by the workers; --watch waits for the end.")

    @Argument(help: "The subscription's id.")
    var subscription: SubscriptionID

    @Option(help: "Those queued since: 2026-11-22T15:04:05Z, or how long ago, such as 24h.")
    var since: String

    @Option(help: "Those queued before; else before now.")
    var until: String?

    @Option(help: "failed, delivered or any.")
    var status = ReplayRequest.Outcome.any

    @Option(help: "Those of this event: a name, 'prefix.*' or '*'.")
    var event = "*"

    @Option(help: "The same request again with the same id sends nothing twice.")
    var requestID: String?

    @Flag(help: "Wait until all are queued.")
    var watch = false

    @OptionGroup var access: DeliveryAccess

    private static let watchInterval: Duration = .seconds(1)

    func run() async throws {
        let pattern = try usage { () throws(WebhookCore.ValidationError) in
            try EventPattern(event, member: "--event")
        }
        let request = ReplayRequest(
            subscription: subscription, since: try TimeArgument.parse(since, flag: "--since"),
            until: try until.map { try TimeArgument.parse($0, flag: "--until") }, outcome: status, event: pattern,
            requestID: requestID)
        let (replay, isDuplicate) = try await access.withDatabase { client in
            let store = ReplayStore(client)
            let (id, isDuplicate) = try await start(request, in: store)
            var replay = try await find(id, in: store)
            while watch, replay.state == .running {
                try await Task.sleep(for: Self.watchInterval)
                replay = try await find(id, in: store)
            }
            return (replay, isDuplicate)
        }
        if access.json {
            StandardStreams.print(JSONWriter.replay(replay, isDuplicate: isDuplicate).bytes)
        } else {
            StandardStreams.print(Self.text(replay, isDuplicate: isDuplicate))
        }
    }

    private func start(
        _ request: ReplayRequest, in store: ReplayStore
    ) async throws -> (id: ReplayID, isDuplicate: Bool) {
        switch try await store.start(request, tenant: access.tenant) {
        case .started(let id): return (id, false)
        case .duplicate(let id): return (id, true)
        case .noSuchSubscription:
            throw CommandError("the tenant \(access.tenant) has no subscription \(subscription)")
        case .subscriptionIsInactive:
            throw CommandError(
                "subscription \(subscription) is inactive: `martlet subscriptions activate \(subscription)` first")
        }
    }

    private func find(_ id: ReplayID, in store: ReplayStore) async throws -> StoredReplay {
        guard let replay = try await store.find(id, tenant: access.tenant) else {
            throw CommandError("replay \(id) is gone")
        }
        return replay
    }

    private static func text(_ replay: StoredReplay, isDuplicate: Bool) -> String {
        var text = "replay \(replay.id): \(replay.state.rawValue), \(replay.queued) queued"
        if replay.notReplayable > 0 { text += ", \(replay.notReplayable) no longer kept" }
        if isDuplicate { text += " (requested before)" }
        return text
    }
}
