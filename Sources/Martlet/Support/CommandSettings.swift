import ArgumentParser
import GatewayRuntime
import Postgres

/// The settings of one command.
enum CommandSettings {
    /// Reads what a command needs. Whatever is wrong or missing goes to standard error in one message, and the program
    /// ends with exit code 78.
    ///
    /// - Parameter read: `nil` only for a setting whose problem the reader has gathered.
    static func read<Value>(_ flags: [any SettingFlags], _ read: (inout SettingsReader) -> Value?) throws -> Value {
        var settings = SettingsReader(flags: flags)
        let value = read(&settings)
        do throws(ConfigurationError) {
            try settings.finish()
        } catch {
            throw error.report(program: "martlet")
        }
        guard let value else { throw settings.failure.report(program: "martlet") }
        return value
    }
}

extension DatabaseConfiguration {
    /// Reads `DATABASE_URL`, and has libpq look whether it can be a database at all.
    static func readChecked(from settings: inout SettingsReader) -> DatabaseConfiguration? {
        read(from: &settings, fault: PostgresConfiguration.fault(of:))
    }
}
