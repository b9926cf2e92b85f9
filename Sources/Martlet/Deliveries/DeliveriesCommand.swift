import ArgumentParser

/// `martlet deliveries`
struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "What was sent, what waits, and what failed; send it again.",
        subcommands: [ListDeliveries.self, ShowDelivery.self, RetryDelivery.self, ReplayDeliveries.self])
}
