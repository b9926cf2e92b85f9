internal import Logging
internal import Postgres
internal import WebhookStore

/// Keeps this worker registered: one session holds the lock that proves it alive, and does the duties of every second.
struct WorkerRegistration: Sendable {
    let configuration: DeliveryEngineConfiguration
    let database: PostgresClient
    let logger: Logger
    /// `nil` while the worker is not registered: it must claim nothing.
    let registered: @Sendable (WorkerID?) async -> Void
    let tended: @Sendable (TendQueue.Row) async -> Void

    /// How often a worker looks after the queue, and how long it takes at most to notice that another one died.
    static let interval: Duration = .seconds(1)

    /// Runs until cancelled, then gives back everything the worker holds.
    func run() async {
        var worker: WorkerID?
        var wait: Duration = .milliseconds(100)
        while !Task.isCancelled {
            do {
                try await database.withSession { session in
                    worker = try await register(in: session, again: worker)
                    wait = .milliseconds(100)
                    await registered(worker)
                    try await tend(in: session, worker: worker!)
                }
            } catch {
                await registered(nil)
                guard !Task.isCancelled else { break }
                logger.warning("worker not registered", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: wait)
                wait = min(wait * 2, .seconds(2))
            }
        }
    }

    private func register(in session: PostgresSession, again worker: WorkerID?) async throws -> WorkerID {
        if let worker, try await session.execute(ResumeWorker(worker: worker)).first == true {
            return worker
        }
        let registered = try await session.execute(
            RegisterWorker(name: configuration.workerName, userAgent: configuration.userAgent))
        guard let id = registered.first else { throw PostgresError.undecodable(detail: "no worker id") }
        if configuration.flushes { try await session.execute(BeginFlush(worker: id)) }
        logger.info("worker registered", metadata: ["worker": "\(id)"])
        return id
    }

    private func tend(in session: PostgresSession, worker: WorkerID) async throws {
        while !Task.isCancelled {
            if let row = try await session.execute(TendQueue(worker: worker)).first { await tended(row) }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
