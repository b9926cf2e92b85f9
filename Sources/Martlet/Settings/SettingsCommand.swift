import ArgumentParser

/// `martlet settings`
struct SettingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "What holds for the gateway as a whole.",
        discussion: """
            queue_mode (immediate, queued) and event_order (chronological, reverse) are those of subscriptions that set \
            none of their own; retention_days is how long events and attempts are kept. A change counts at once.
            """,
        subcommands: [ListSettings.self, SetSetting.self])
}
