public import Postgres
public import WebhookCore

/// What everybody may read: tables that are marked public. All others are not there.
public struct PublicTableStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// The table, if it is public.
    public func find(_ id: TableID) async throws(PostgresError) -> StoredTable? {
        try await database.execute(SelectTable(id: id, tenant: nil)).first { $0.isPublic }
    }

    /// One page of the table, if it is public.
    ///
    /// - Parameters:
    ///   - page: counted from 1; beyond the last, the last.
    ///   - order: `nil`: as the rows were pushed.
    public func page(_ page: Int, of id: TableID, by order: TableOrder?) async throws(PostgresError) -> TablePage? {
        let rows =
            if let order {
                try await database.execute(SelectSortedPage(id: id, page: page, order: order))
            } else {
                try await database.execute(SelectPage(id: id, page: page, tenant: nil))
            }
        return TablePage(rows)
    }

    /// The rows as CSV, if the table is public.
    public func csv(of id: TableID) async throws(PostgresError) -> TableCSV? {
        guard let csv = try await TableCSV.find(id, tenant: nil, in: database), csv.table.isPublic else { return nil }
        return csv
    }
}

extension TableStore {
    /// One page of the table as its rows were pushed, whether it is public or not.
    ///
    /// - Parameter page: counted from 1; beyond the last, the last.
    public func page(
        _ page: Int, of id: TableID, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> TablePage? {
        try await TablePage(database.execute(SelectPage(id: id, page: page, tenant: tenant), deadline: deadline))
    }
}

extension TablePage {
    /// `nil`: there is no such table.
    fileprivate init?(_ rows: [PageRow]) {
        var found: TablePage?
        for row in rows {
            switch row {
            case .table(let table): found = table
            case .row(let row): found?.rows.append(row)
            }
        }
        guard let found else { return nil }
        self = found
    }
}
