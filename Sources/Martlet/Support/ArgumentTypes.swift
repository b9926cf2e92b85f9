import ArgumentParser
import WebhookCore
import WebhookStore

extension Profile: ExpressibleByArgument {}

extension Role: ExpressibleByArgument {}

extension SubscriptionID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension TableID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension DeliveryStatus: ExpressibleByArgument {}

extension ReplayRequest.Outcome: ExpressibleByArgument {}

extension DeliveryID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
