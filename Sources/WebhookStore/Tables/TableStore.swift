public import Postgres
public import WebhookCore

/// Inbound tables in the database. Whatever changes one emits its events in the same transaction
/// (`sql/functions/tables.sql`).
public struct TableStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// - Parameters:
    ///   - name: `nil`: `base`, with the id behind it where that is taken.
    ///   - base: at most 50 bytes that may stand in a name.
    public func create(
        title: String, name: String?, base: String, isPublic: Bool, document: TableDocument, tenant: String,
        deadline: Duration? = nil
    ) async throws(PostgresError) -> StoredTable {
        let made = try await database.execute(
            CreateTable(
                tenant: tenant, title: title, name: name, base: base, isPublic: isPublic, document: document),
            deadline: deadline)
        guard let table = made.first else { throw .undecodable(detail: "martlet.create_table returned no row") }
        return table
    }

    /// In the order of their ids; `after` is the last one of the page before.
    public func list(
        tenant: String, after: TableID?, limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> [StoredTable] {
        try await database.execute(
            SelectTables(tenant: tenant, after: after ?? TableID(rawValue: 0), limit: limit), deadline: deadline)
    }

    /// - Parameter tenant: `nil`: whosever it is.
    public func find(
        _ id: TableID, tenant: String?, deadline: Duration? = nil
    ) async throws(PostgresError) -> StoredTable? {
        try await database.execute(SelectTable(id: id, tenant: tenant), deadline: deadline).first
    }

    /// The table and its rows as they were at one moment.
    ///
    /// - Parameter tenant: `nil`: whosever it is.
    public func document(
        _ id: TableID, tenant: String?, deadline: Duration? = nil
    ) async throws(PostgresError) -> StoredTableDocument? {
        try await database.execute(SelectTableDocument(id: id, tenant: tenant), deadline: deadline).first
    }

    /// The rows of a table that `find` found, as CSV.
    public func csv(of table: StoredTable) throws(PostgresError) -> TableCSV {
        try TableCSV(of: table, in: database)
    }

    /// Changes what `changes` names. `nil`: there is no such table.
    ///
    /// - Parameter expected: what the table has to be like; `nil`: whatever it is like.
    /// - Throws: `objectNotInPrerequisiteState` when it is not, and then nothing has changed.
    public func change(
        _ id: TableID, _ changes: TableChanges, expecting expected: ExpectedTable? = nil, tenant: String,
        deadline: Duration? = nil
    ) async throws(PostgresError) -> StoredTable? {
        try await database.execute(
            ChangeTable(id: id, tenant: tenant, expected: expected, changes: changes), deadline: deadline
        ).first
    }

    /// False: there is no such table.
    ///
    /// - Parameter expected: as of `change`.
    /// - Throws: as `change`.
    public func delete(
        _ id: TableID, expecting expected: ExpectedTable? = nil, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> Bool {
        try await database.execute(DeleteTable(id: id, tenant: tenant, expected: expected), deadline: deadline).first
            ?? false
    }
}
