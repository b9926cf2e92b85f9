public import ArgumentParser

/// `--database-url`
public struct DatabaseFlags: ParsableArguments, SettingFlags {
    @Option(help: "The database, as a libpq URI (DATABASE_URL).")
    public var databaseURL: String?

    public init() {}

    public var given: [Setting: String] { [.databaseURL: databaseURL].compactMapValues { $0 } }
}

/// `--log-level`, `--log-format`
public struct LogFlags: ParsableArguments, SettingFlags {
    @Option(help: "trace, debug, info, notice, warning, error or critical (MARTLET_LOG_LEVEL; info).")
    public var logLevel: String?

    @Option(help: "json: an object a line, or text: for people (MARTLET_LOG_FORMAT; json).")
    public var logFormat: String?

    public init() {}

    public var given: [Setting: String] {
        [.logLevel: logLevel, .logFormat: logFormat].compactMapValues { $0 }
    }
}

/// `--time-limit`, of a command line alone
public struct TimeLimitFlag: ParsableArguments {
    @Option(help: "Takes no new work after this many seconds, and exits 0 when what is in flight has ended.")
    private var timeLimit: Int?

    public init() {}

    public var duration: Duration? { timeLimit.map { .seconds($0) } }

    public func validate() throws {
        guard timeLimit.map({ $0 >= 1 }) ?? true else {
            throw ValidationError("--time-limit must be at least 1 second")
        }
    }
}

/// `--shutdown-grace`
public struct ShutdownFlags: ParsableArguments, SettingFlags {
    @Option(help: "How long SIGTERM waits for what is in flight (MARTLET_SHUTDOWN_GRACE; 15s).")
    public var shutdownGrace: String?

    public init() {}

    public var given: [Setting: String] { [.shutdownGrace: shutdownGrace].compactMapValues { $0 } }
}

/// `--allow-http`, `--allow-addresses`
public struct ReceiverFlags: ParsableArguments, SettingFlags {
    @Flag(inversion: .prefixedNo, help: "Accept http:// subscription URLs: local testing only (MARTLET_ALLOW_HTTP).")
    public var allowHTTP: Bool?

    @Option(help: "Comma-separated CIDRs exempt from the address guard (MARTLET_ALLOW_ADDRESSES).")
    public var allowAddresses: String?

    public init() {}

    public var given: [Setting: String] {
        [.allowHTTP: allowHTTP.map { "\($0)" }, .allowAddresses: allowAddresses].compactMapValues { $0 }
    }
}

/// The flags of `ingest-server` alone.
public struct IngestServerFlags: ParsableArguments, SettingFlags {
    @Option(help: "The address to serve at, host:port (MARTLET_LISTEN; 127.0.0.1:8080).")
    public var listen: String?

    @Option(
        help: "Comma-separated keywords that make a member sensitive, besides the six (MARTLET_SENSITIVE_KEYWORDS).")
    public var sensitiveKeywords: String?

    public init() {}

    public var given: [Setting: String] {
        [.listen: listen, .sensitiveKeywords: sensitiveKeywords].compactMapValues { $0 }
    }
}

/// The flags of `delivery-worker` that stand for settings.
public struct DeliveryWorkerFlags: ParsableArguments, SettingFlags {
    @Option(help: "The address of /livez and /readyz; empty: none (MARTLET_WORKER_LISTEN; 127.0.0.1:9090).")
    public var listen: String?

    @Option(help: "Requests in flight (MARTLET_CONCURRENCY; 256).")
    public var concurrency: String?

    @Option(help: "Requests in flight per subscription (MARTLET_SUBSCRIPTION_CONCURRENCY; 16).")
    public var subscriptionConcurrency: String?

    @Option(help: "How long a claim holds (MARTLET_LEASE; 60s).")
    public var lease: String?

    @Option(help: "The User-Agent of requests (MARTLET_USER_AGENT).")
    public var userAgent: String?

    public init() {}

    public var given: [Setting: String] {
        [
            .workerListen: listen, .concurrency: concurrency, .subscriptionConcurrency: subscriptionConcurrency,
            .lease: lease, .userAgent: userAgent,
        ].compactMapValues { $0 }
    }
}
