import ArgumentParser

/// Measures the gateway against ceilings that are taken in the same run.
///
/// The subcommands besides `run` are the other ends: each is a process of its own, so that what it costs can be told
/// from what the gateway costs.
@main
struct MartletBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet-bench",
        abstract: "Measures the webhook gateway: ratios to ceilings of the same run, and a ledger of every id.",
        subcommands: [
            RunCommand.self, LoadCommand.self, ReceiveCommand.self, CeilingServerCommand.self, BareSendCommand.self,
            FloorCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}
