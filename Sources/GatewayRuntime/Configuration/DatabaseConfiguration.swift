/// Which database.
public struct DatabaseConfiguration: Sendable, Equatable, CustomStringConvertible {
    /// A libpq URI, or `keyword=value` pairs. It may hold a password.
    public let url: Secret

    public init(url: String) {
        self.url = Secret(url)
    }

    /// Reads `DATABASE_URL`.
    public static func read(from settings: inout SettingsReader) -> DatabaseConfiguration? {
        settings.required(
            .databaseURL, hint: "a libpq URI, such as postgresql://user@host/database"
        ) { text throws(SettingError) in
            DatabaseConfiguration(url: text)
        }
    }

    /// User, hosts and database, where they can be told from a password with certainty.
    public var description: String { ConnectionSummary.text(of: url.value) }
}
