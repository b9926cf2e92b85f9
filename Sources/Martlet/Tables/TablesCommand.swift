import ArgumentParser

/// `martlet tables`
struct TablesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tables",
        abstract: "The tables that outside systems push into.",
        subcommands: [
            ListTables.self, CreateTable.self, ShowTable.self, UpdateTable.self, DeleteTable.self,
            TableSecretCommand.self, ShowRecipes.self,
        ])
}
