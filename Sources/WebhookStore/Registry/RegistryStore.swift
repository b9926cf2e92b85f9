public import Postgres
public import WebhookCore

/// The registry: which plugin emits which event types. One for all tenants.
public struct RegistryStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// Registers what of `manifest` is not registered yet, changes nothing that is, and returns how many event types are
    /// new.
    public func install(_ manifest: PluginManifest, deadline: Duration? = nil) async throws(PostgresError) -> Int {
        let counts = try await database.execute(InstallPlugin(manifest: manifest), deadline: deadline)
        guard let count = counts.first else { throw .undecodable(detail: "martlet.install_plugin returned no row") }
        return Int(count)
    }

    /// By plugin and name.
    ///
    /// - Parameter plugin: `nil`: those of every one.
    public func list(
        plugin: String?, after: RegisteredEventType.Key?, limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> [RegisteredEventType] {
        try await database.execute(SelectEventTypes(plugin: plugin, after: after, limit: limit), deadline: deadline)
    }

    public func find(
        _ key: RegisteredEventType.Key, deadline: Duration? = nil
    ) async throws(PostgresError) -> RegisteredEventType? {
        try await database.execute(SelectEventType(key: key), deadline: deadline).first
    }

    /// False: there is no such event type.
    public func describe(
        _ key: RegisteredEventType.Key, as description: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> Bool {
        try await database.execute(DescribeEventType(key: key, description: description), deadline: deadline).first
            ?? false
    }
}
