public import Hummingbird
public import Logging
public import Postgres
public import ServiceLifecycle
public import WebhookStore

/// The HTTP API of the gateway as a service: serves until it is told to stop, then finishes what is in flight.
///
/// It starts and stays up while the database is away, answers 503 meanwhile, and recovers by itself.
public struct GatewayServer: Service {
    /// What people look at, beside the API.
    public typealias Pages = @Sendable (Request, KeyDirectory) async throws -> Response?

    private let configuration: GatewayServerConfiguration
    private let responder: GatewayResponder
    private let notifications: Notifications
    private let keywords: SensitiveKeywords
    private let logger: Logger
    private let onListening: @Sendable (_ host: String, _ port: Int) -> Void

    /// - Parameters:
    ///   - database: its default deadline should be `DatabaseDeadline.request`, so that readiness is known in time.
    ///   - tables: connections of their own for what is pushed into tables, which may be long statements that wait for one
    ///     another; `nil`: those of all.
    ///   - onListening: called once, with the address that is bound.
    ///   - pages: answers for the paths that are not the API's, told who holds which key; `nil`, as an answer too: there
    ///     is nothing.
    public init(
        _ configuration: GatewayServerConfiguration, database: PostgresClient, tables: PostgresClient? = nil,
        logger: Logger,
        onListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void = { _, _ in },
        pages: Pages? = nil
    ) {
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        let keys = KeyStore(database)
        let directory = KeyDirectory(keys, adminKey: configuration.adminKeyHash)
        let sourceCache = SourceCache()
        let sources = SourceStore(database, vault: configuration.secretVault)
        let recorder = EventRecorder(database, deadline: DatabaseDeadline.commit)
        let tests = TestDispatcher(database)
        keywords = SensitiveKeywords(
            SensitiveKeywordStore(database), configured: configuration.sensitiveKeywords, logger: logger)
        notifications = Notifications(database: database, keys: directory, sources: sourceCache, tests: tests)
        let pushes = PushStore(tables ?? database, vault: configuration.secretVault)
        responder = GatewayResponder(
            authenticator: Authenticator(keys: directory),
            ingest: IngestAPI(recorder: recorder, keywords: keywords),
            events: EventAPI(store: EventStore(database)),
            subscriptions: SubscriptionAPI(
                store: SubscriptionStore(database, vault: configuration.secretVault), tests: tests,
                allowHTTP: configuration.allowHTTP, addressGuard: configuration.addressGuard),
            registry: RegistryAPI(store: RegistryStore(database)),
            deliveries: DeliveryAPI(store: DeliveryStore(database)),
            replays: ReplayAPI(store: ReplayStore(database)),
            tables: TableAPI(store: TableStore(tables ?? database), pushes: pushes),
            pushes: PushAPI(store: pushes, logger: logger),
            keys: KeyAPI(store: keys, directory: directory),
            stats: StatsAPI(store: StatsStore(database)),
            settings: SettingsAPI(store: SettingStore(database)),
            sources: SourceAPI(store: sources, cache: sourceCache),
            sourcePushes: SourcePushAPI(
                store: sources, cache: sourceCache, recorder: recorder, keywords: keywords, logger: logger),
            health: HealthAPI(migrator: Migrator(database)),
            schema: SchemaGate(Migrator(database), logger: logger),
            pages: pages,
            logger: logger)
    }

    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await notifications.run() }
            group.addTask { await keywords.run() }
            try await HTTPServer.application(
                host: configuration.host, port: configuration.port, responder: responder, limits: configuration.limits,
                logger: logger, onListening: onListening
            ).run()
            group.cancelAll()
        }
    }
}
