import ArgumentParser
import WebhookCore
import WebhookStore

/// `martlet deliveries retry`
struct RetryDelivery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Send a delivery again, now; one that had arrived goes out as a new delivery.")

    @Argument(help: "The delivery's id.")
    var id: DeliveryID

    @OptionGroup var access: DeliveryAccess

    func run() async throws {
        let answer = try await access.withDatabase { client in
            try await DeliveryStore(client).retry(id, tenant: access.tenant)
        }
        switch answer {
        case .queued(let queued): try await access.show(queued)
        case .noSuchDelivery: throw access.noDelivery(id)
        case .subscriptionIsDeleted: throw CommandError("the subscription of delivery \(id) was deleted")
        case .subscriptionIsInactive:
            throw CommandError(
                "the subscription of delivery \(id) is inactive: `martlet subscriptions activate` it first")
        case .eventIsNoLongerKept:
            throw CommandError("the event of delivery \(id) is no longer kept: dispatch it anew")
        }
    }
}
