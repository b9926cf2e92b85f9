public import Postgres
public import WebhookCore

/// Attempts in the database, for people who look.
public struct AttemptStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// The attempts of one delivery, batches with it included, in the order in which they were made.
    public func attempts(
        of delivery: DeliveryID, deadline: Duration? = nil
    ) async throws(PostgresError) -> [StoredAttempt] {
        try await database.execute(SelectAttemptsOfDelivery(delivery: delivery), deadline: deadline)
    }
}

/// One request as it is listed.
public struct StoredAttempt: Sendable, Equatable {
    /// Counted from 1.
    public let number: Int
    /// `nil`: there was no answer.
    public let responseCode: Int?
    public let duration: Duration
    /// `nil`: it was delivered.
    public let error: String?
}

/// Through the indexes of the table: a condition on `queue_ids` of the view would look at every attempt. The ids of
/// attempts carry the time, as those of deliveries do: no attempt is older than its delivery, and partitions that are
/// need not be opened.
struct SelectAttemptsOfDelivery: Statement {
    let delivery: DeliveryID

    static let sql = """
        SELECT attempt::int, response_code::int, duration_ms::int, error_message
        FROM martlet.attempts
        WHERE id >= $1 >> 22 << 22
          AND ((delivery_id = $1 AND queue_ids IS NULL)
               OR (martlet.times_of_ids(queue_ids) @> ARRAY[$1 >> 32] AND queue_ids @> ARRAY[$1]))
        ORDER BY id
        LIMIT 1000
        """

    func encode(into parameters: inout Parameters) { parameters.int8(delivery.rawValue) }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredAttempt {
        try StoredAttempt(
            number: Int(row.int32()), responseCode: row.int32OrNil().map { Int($0) },
            duration: .milliseconds(row.int32()), error: row.textOrNil())
    }
}
