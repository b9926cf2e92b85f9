import ArgumentParser
import WebhookCore

/// `martlet deliveries show`
struct ShowDelivery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a delivery and its attempts: what was sent and what came back.")

    @Argument(help: "The delivery's id: X-Delivery-ID.")
    var id: DeliveryID

    @OptionGroup var access: DeliveryAccess

    func run() async throws {
        try await access.show(id)
    }
}
