public import Postgres
public import WebhookCore

/// Emits an event the way an application does: through `martlet.dispatch`, which filters, matches and wakes by itself.
public struct DispatchInSQL: Statement {
    /// Checked again by the database, as are the others.
    public let name: EventName
    /// JSON text; its sensitive members are dropped by the database.
    public let data: [UInt8]
    public let idempotencyKey: String?
    public let tenant: String

    public init(name: EventName, data: [UInt8], idempotencyKey: String?, tenant: String) {
        self.name = name
        self.data = data
        self.idempotencyKey = idempotencyKey
        self.tenant = tenant
    }

    public static let sql = "SELECT martlet.dispatch($1, $2, $3, $4)"

    public func encode(into parameters: inout Parameters) {
        parameters.text(name.text)
        parameters.json(data)
        parameters.text(idempotencyKey)
        parameters.text(tenant)
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> EventID {
        try EventID(rawValue: row.int64())
    }

    /// Commits the event and returns its id; with an idempotency key seen before, the first event's.
    ///
    /// - Throws: `.server(.invalidParameterValue, …)` when the database refuses a value.
    public func run(on database: PostgresClient) async throws(PostgresError) -> EventID {
        guard let id = try await database.execute(self).first else {
            throw .undecodable(detail: "martlet.dispatch returned no row")
        }
        return id
    }
}
