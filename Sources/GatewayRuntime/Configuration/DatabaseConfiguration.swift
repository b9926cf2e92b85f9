/// Which database.
public struct DatabaseConfiguration: Sendable, Equatable, CustomStringConvertible {
    /// A libpq URI, or `keyword=value` pairs. It may hold a password.
    public let url: Secret

    public init(url: String) {
        self.url = Secret(url)
    }

    /// Reads `DATABASE_URL`.
    ///
    /// - Parameter fault: what is wrong with a URL; `nil`: nothing. libpq knows, and this module does not know libpq.
    public static func read(
        from settings: inout SettingsReader, fault: (_ url: String) -> String?
    ) -> DatabaseConfiguration? {
        settings.required(
            .databaseURL, hint: "a libpq URI, such as postgresql://user@host/database"
        ) { text throws(SettingError) in
            if let fault = fault(text) { throw SettingError("is wrong: \(fault)") }
            return DatabaseConfiguration(url: text)
        }
    }

    /// User, hosts and database, where they can be told from a password with certainty.
    public var description: String { ConnectionSummary.text(of: url.value) }
}
