/// Where the database is and how much one client may use of it.
public struct PostgresConfiguration: Sendable {
    /// A libpq URI or `key=value` string; hosts, TLS, `target_session_attrs` and passwords as libpq documents them.
    /// What it leaves out comes from libpq's environment variables.
    public var url: String

    /// Shown in `pg_stat_activity`, unless the URL sets its own.
    public var applicationName: String

    /// Connections of the pool, sessions included; at least 1. Each `listen` stream has one of its own besides.
    public var connectionsMax: Int

    /// Up to so many connections for single statements, one more is opened as soon as a statement has to wait for the
    /// answer to another; beyond, only when that takes long. For callers whose statements wait for the disk by turns.
    public var connectionsEager: Int

    /// How long one host of the URL may take to answer and authenticate before the next one is tried.
    public var connectTimeout: Duration

    /// How long a call may take when it names no deadline, waiting for a connection included.
    public var deadline: Duration

    /// Server settings every connection starts with, e.g. `("statement_timeout", "30s")`.
    public var sessionSettings: [(String, String)]

    /// Calls that may wait for a connection, statements and sessions counted apart; one more is refused at once with
    /// `PostgresError.overloaded`.
    public var waitersMax: Int

    /// Notifications a `listen` stream keeps for a slow reader; more are dropped and reported as a gap.
    public var notificationsMax: Int

    public init(
        url: String,
        applicationName: String = "",
        connectionsMax: Int = 4,
        connectionsEager: Int = 1,
        connectTimeout: Duration = .seconds(2),
        deadline: Duration = .seconds(30),
        sessionSettings: [(String, String)] = [],
        waitersMax: Int = 10_000,
        notificationsMax: Int = 1024
    ) {
        self.url = url
        self.applicationName = applicationName
        self.connectionsMax = connectionsMax
        self.connectionsEager = connectionsEager
        self.connectTimeout = connectTimeout
        self.deadline = deadline
        self.sessionSettings = sessionSettings
        self.waitersMax = waitersMax
        self.notificationsMax = notificationsMax
    }

    /// Parses the URL without connecting; `PostgresError.invalidConfiguration` says what is wrong with it.
    ///
    /// A client made with an invalid URL answers every call with `connectionLost`, so programs check at start.
    public func validate() throws(PostgresError) {
        _ = try ConnectionOptions(parsing: url)
    }

    /// What is wrong with a URL; `nil`: nothing that can be told without connecting.
    public static func fault(of url: String) -> String? {
        do throws(PostgresError) {
            try PostgresConfiguration(url: url).validate()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
