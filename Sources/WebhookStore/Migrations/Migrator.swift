internal import GatewayCrypto
public import Postgres

/// Brings the schema `martlet` to what this binary expects.
///
/// Migrations are applied once, each in a transaction of its own with the line that says so; functions, views and
/// grants are replaced in one transaction whenever any of them changed. Whoever runs first holds an advisory lock and
/// the others wait, so two at once do it once; one that is killed leaves whole steps behind and can be run again.
public struct Migrator: Sendable {
    /// What a run did.
    public struct Report: Sendable, Equatable {
        /// File names below `sql/migrations`, in the order in which they were applied.
        public var applied: [String] = []
        public var replacedFunctions = false
        /// The version the database has now.
        public var version: Int32 = 0
    }

    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// - Throws: `MigrationError` when the database is newer than this binary, else `PostgresError`.
    public func run() async throws -> Report {
        try await database.withSession { session in
            _ = try await session.execute(TakeMigrationLock(), deadline: Migrator.lockDeadline)
            do {
                let report = try await migrate(session)
                _ = try await session.execute(ReleaseMigrationLock())
                return report
            } catch {
                // The lock must not outlive the failure; where the session is lost, so is the lock.
                _ = try? await session.execute(ReleaseMigrationLock())
                throw error
            }
        }
    }

    /// Functions have no order of their own: those that were here before and are not any more gave way to newer ones.
    public func schemaAge(deadline: Duration? = nil) async throws(PostgresError) -> SchemaAge {
        let applied: [SelectMigrations.Row]
        do throws(PostgresError) {
            applied = try await database.execute(SelectMigrations(), deadline: deadline)
        } catch {
            guard error.state == .undefinedTable else { throw error }
            return .older
        }
        let version = applied.map(\.version).max() ?? 0
        guard version == Migrator.expectedVersion else { return version > Migrator.expectedVersion ? .newer : .older }
        switch applied.last(where: { $0.checksum == Migrator.functionsChecksum })?.version {
        case nil: return .older
        case 0: return .current
        default: return .newer
        }
    }

    private func migrate(_ session: PostgresSession) async throws -> Report {
        try await session.script(Migrator.bootstrap)
        let applied = try await session.execute(SelectMigrations())
        var report = Report()
        report.version = applied.map(\.version).max() ?? 0
        guard report.version <= Migrator.expectedVersion else {
            throw MigrationError.databaseIsNewer(database: report.version, binary: Migrator.expectedVersion)
        }

        for migration in EmbeddedSQL.migrations {
            guard let version = migration.version, version > report.version else { continue }
            try await session.script(
                Migrator.transaction(of: [migration], version: version, checksum: Migrator.checksum(of: [migration])),
                deadline: Migrator.lockDeadline)
            report.applied.append(migration.name)
            report.version = version
        }
        if !applied.contains(where: { $0.version == 0 && $0.checksum == Migrator.functionsChecksum }) {
            try await session.script(
                Migrator.transaction(
                    of: EmbeddedSQL.functions, version: 0, checksum: Migrator.functionsChecksum,
                    before: Migrator.history(of: applied)),
                deadline: Migrator.lockDeadline)
            report.replacedFunctions = true
        }
        _ = try await session.execute(MakePartitions(), deadline: Migrator.lockDeadline)
        return report
    }

    /// Notes down the functions that give way; where older ones come back instead, forgets them and what came after.
    private static func history(of applied: [SelectMigrations.Row]) -> String {
        if let known = applied.first(where: { $0.version < 0 && $0.checksum == functionsChecksum }) {
            return "DELETE FROM martlet.schema_migrations WHERE version <= \(known.version);"
        }
        return """
            INSERT INTO martlet.schema_migrations (version, name, checksum)
            SELECT \(min(0, applied.first?.version ?? 0) - 1), name, checksum
            FROM martlet.schema_migrations
            WHERE version = 0;
            """
    }

    /// The steps and the line that records them, whole or not at all. Version 0 stands for the functions.
    private static func transaction(
        of files: [EmbeddedSQL], version: Int32, checksum: String, before history: String = ""
    ) -> String {
        // Names and checksums are this binary's own; none of them holds a quote.
        """
        BEGIN;
        \(history)
        \(files.map(\.text).joined(separator: "\n"))
        INSERT INTO martlet.schema_migrations (version, name, checksum)
        VALUES (\(version), '\(version == 0 ? "functions" : files[0].name)', '\(checksum)')
        ON CONFLICT (version) DO UPDATE SET checksum = excluded.checksum, applied_at = now();
        COMMIT;
        """
    }

    private static let bootstrap = """
        SET client_min_messages = warning;
        CREATE SCHEMA IF NOT EXISTS martlet;
        CREATE TABLE IF NOT EXISTS martlet.schema_migrations (
            version    int         NOT NULL,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
        );
        """

    /// Another run may be busy with a large migration.
    private static let lockDeadline: Duration = .seconds(600)

    private static let expectedVersion = EmbeddedSQL.migrations.compactMap(\.version).max() ?? 0
    private static let functionsChecksum = checksum(of: EmbeddedSQL.functions)

    private static func checksum(of files: [EmbeddedSQL]) -> String {
        Hex.encode(SHA256.hash(files.flatMap { Array($0.text.utf8) }))
    }
}
