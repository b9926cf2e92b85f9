/// Every setting of the three programs, by the name of its environment variable.
///
/// A test compares this list with `deploy/martlet.env.example`.
public enum Setting: String, Sendable, CaseIterable {
    case databaseURL = "DATABASE_URL"
    case listen = "MARTLET_LISTEN"
    case workerListen = "MARTLET_WORKER_LISTEN"
    case adminKey = "MARTLET_ADMIN_KEY"
    case masterKey = "MARTLET_MASTER_KEY"
    case allowHTTP = "MARTLET_ALLOW_HTTP"
    case allowAddresses = "MARTLET_ALLOW_ADDRESSES"
    case concurrency = "MARTLET_CONCURRENCY"
    case subscriptionConcurrency = "MARTLET_SUBSCRIPTION_CONCURRENCY"
    case lease = "MARTLET_LEASE"
    case sensitiveKeywords = "MARTLET_SENSITIVE_KEYWORDS"
    case userAgent = "MARTLET_USER_AGENT"
    case shutdownGrace = "MARTLET_SHUTDOWN_GRACE"
    case logLevel = "MARTLET_LOG_LEVEL"
    case logFormat = "MARTLET_LOG_FORMAT"

    /// The environment variable.
    public var variable: String { rawValue }

    /// For settings where an empty text says something; elsewhere it is the same as none.
    var emptyHasMeaning: Bool { self == .workerListen }
}
