public import Postgres
public import WebhookCore

/// The settings of the gateway in the database. What follows from a change, such as the lanes of new deliveries, follows
/// in the same transaction (`sql/functions/matching.sql`).
public struct SettingStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    public func all(deadline: Duration? = nil) async throws(PostgresError) -> [GatewaySetting: String] {
        let rows = try await database.execute(SelectSettings(), deadline: deadline)
        var values: [GatewaySetting: String] = [:]
        // One that this release does not know belongs to a newer one.
        for row in rows {
            if let setting = GatewaySetting(rawValue: row.name) { values[setting] = row.value }
        }
        return values
    }

    /// - Parameter values: checked (`GatewaySetting.check`).
    public func set(_ values: [GatewaySetting: String], deadline: Duration? = nil) async throws(PostgresError) {
        try await database.execute(WriteSettings(values: values), deadline: deadline)
    }
}

private struct SelectSettings: Statement {
    struct Row: Sendable {
        let name: String
        let value: String
    }

    static let sql = "SELECT name, value FROM martlet.settings"

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Row {
        try Row(name: row.text(), value: row.text())
    }
}

private struct WriteSettings: Statement {
    let values: [GatewaySetting: String]

    static let sql = """
        INSERT INTO martlet.settings (name, value)
        SELECT name, value FROM unnest($1, $2) AS given (name, value)
        -- In one order, so that two calls do not deadlock.
        ORDER BY name
        ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE settings.value <> excluded.value
        """

    func encode(into parameters: inout Parameters) {
        let pairs = values.sorted { $0.key.rawValue < $1.key.rawValue }
        parameters.textArray(pairs.map(\.key.rawValue))
        parameters.textArray(pairs.map(\.value))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}
