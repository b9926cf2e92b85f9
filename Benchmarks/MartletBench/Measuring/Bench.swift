import Glibc
import Logging
import Postgres
import PrivatePostgres

/// What all rows share: a durable PostgreSQL of our own, the programs, and numbers that no two events share.
actor Bench {
    nonisolated let server: PrivatePostgres
    nonisolated let programs: Programs
    /// For what the benchmark writes itself.
    nonisolated let directory: String
    /// Shortens every stretch of time: to see that it works, not to believe the numbers.
    nonisolated let isQuick: Bool
    /// On the server, but in none of the databases that are measured.
    nonisolated let statistics: PostgresClient
    nonisolated let countsStatements: Bool
    private var nextNumber = SampleEvent.firstNumber
    private var nextName = 0
    private(set) var ledger = Ledger()

    /// The database that the others are copied from: it has the schema and nothing in it.
    static let template = "martlet_bench"

    private init(
        server: PrivatePostgres, programs: Programs, directory: String, isQuick: Bool, statistics: PostgresClient,
        countsStatements: Bool
    ) {
        self.server = server
        self.programs = programs
        self.directory = directory
        self.isQuick = isQuick
        self.statistics = statistics
        self.countsStatements = countsStatements
    }

    static func start(programs: Programs, directory: String, isQuick: Bool) async throws -> Bench {
        let (server, countsStatements) = try await startServer(in: directory)
        let statistics = PostgresClient(
            PostgresConfiguration(url: server.url(), applicationName: "martlet-bench", connectionsMax: 1),
            logger: quietLogger)
        if countsStatements {
            try await statistics.withSession { session in
                try await session.script("CREATE EXTENSION pg_stat_statements")
            }
        }
        let bench = Bench(
            server: server, programs: programs, directory: directory, isQuick: isQuick, statistics: statistics,
            countsStatements: countsStatements)
        try await server.databases.create(template)
        let migrate = try await ChildProgram.start(
            "martlet migrate", executable: programs.martlet, arguments: ["migrate"],
            environment: ["DATABASE_URL": server.url(database: template)])
        try await migrate.waitForSuccess()
        return bench
    }

    /// With the extension that counts statements where it is installed. Settings are PostgreSQL's defaults otherwise.
    private static func startServer(in directory: String) async throws -> (PrivatePostgres, countsStatements: Bool) {
        // Scratch: the files go when this process goes. But as safe as any server until then.
        let durable = ["fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"]
        let counting = durable.merging(["shared_preload_libraries": "pg_stat_statements"]) { $1 }
        do {
            let server = try await PrivatePostgres.start(
                in: directory + "/postgres", options: PrivatePostgresOptions(settings: counting, isScratch: true),
                logger: quietLogger)
            return (server, true)
        } catch {
            guard error.isFailedStart else { throw error }
            let server = try await PrivatePostgres.start(
                in: directory + "/postgres-plain",
                options: PrivatePostgresOptions(settings: durable, isScratch: true), logger: quietLogger)
            return (server, false)
        }
    }

    func stop() async {
        await statistics.shutdown()
        try? await server.remove()
        let cleaning = try? await ChildProgram.start("rm", executable: "/bin/rm", arguments: ["-rf", "--", directory])
        try? await cleaning?.waitForSuccess()
    }

    /// Nobody reads what is logged; what goes wrong is thrown.
    static let quietLogger = Logger(label: "martlet-bench") { _ in SwiftLogNoOpLogHandler() }

    /// Numbers that no other event of this run carries.
    ///
    /// - Parameter count: more than will be used.
    func takeNumbers(_ count: Int64) -> Int64 {
        defer { nextNumber += count }
        return nextNumber
    }

    /// A name, or a file in the directory, that nothing else has.
    func newName(_ prefix: String) -> String {
        nextName += 1
        return "\(prefix)_\(nextName)"
    }

    /// Writes out what the server still has in memory only.
    nonisolated func checkpoint() async throws {
        try await statistics.withSession { session in
            try await session.script("CHECKPOINT", deadline: .seconds(120))
        }
    }

    func compare(_ what: String, expected: [Int64], found: [Int64]) {
        ledger.compare(what, expected: expected, found: found)
        guard let entry = ledger.entries.last, !entry.isClean else { return }
        Progress.say(
            "LEDGER \(what): lost \(entry.lost.count), duplicates \(entry.duplicates.count), "
                + "invented \(entry.invented.count)")
    }
}

/// Where the executables are.
struct Programs: Sendable {
    let ingestServer: String
    let deliveryWorker: String
    let martlet: String
    /// This program itself, for its other parts.
    let bench: String

    /// Those that were built with this one.
    static func besideThisOne() throws -> Programs {
        guard let this = realpath("/proc/self/exe", nil) else { throw HelperError.system("/proc/self/exe") }
        defer { free(this) }
        let bench = String(cString: this)
        let directory = "/" + bench.split(separator: "/").dropLast().joined(separator: "/")
        let programs = Programs(
            ingestServer: directory + "/ingest-server", deliveryWorker: directory + "/delivery-worker",
            martlet: directory + "/martlet", bench: bench)
        for path in [programs.ingestServer, programs.deliveryWorker, programs.martlet] {
            guard access(path, X_OK) == 0 else { throw HelperError("\(path) is missing: build it with `make build`") }
        }
        return programs
    }
}

/// What goes on, for whoever waits; the report goes to standard output.
enum Progress {
    static func say(_ text: String) {
        var line = "· \(text)\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension PrivatePostgresError {
    /// What a server says that does not know the library.
    fileprivate var isFailedStart: Bool {
        if case .serverDidNotStart = self { true } else { false }
    }
}
