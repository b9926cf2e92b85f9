internal import JSONFilter
internal import Postgres
internal import WebhookCore

/// The columns of `StoredSource`, in the order in which `StoredSource.init(_:)` reads them.
private let columns = """
    id, tenant, name, scheme, active, tolerance_seconds, options, secret_count, version, created_at, updated_at, secrets
    """

extension StoredSource {
    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        id = try row.int32()
        tenant = try row.text()
        settings = try SourceSettings(stored: &row)
        secretCount = try Int(row.int16())
        version = try row.int32()
        createdAt = try Timestamp(microsecondsSinceUnixEpoch: row.timestamp())
        updatedAt = try Timestamp(microsecondsSinceUnixEpoch: row.timestamp())
        secrets = try row.bytesOrNil()
    }
}

extension SourceSettings {
    /// Reads the columns from `name` to `options`, whose values were checked when they were stored.
    fileprivate init(stored row: inout RowReader) throws(PostgresError) {
        let name = try SourceName(stored: row.text())
        guard let scheme = try SourceScheme(rawValue: row.text()) else {
            throw .undecodable(detail: "the scheme of a source is none of this program's")
        }
        let isActive = try row.bool()
        let tolerance = try Duration.seconds(row.int32())
        guard let options = try? JSONValue(parsing: try row.bytes()) else {
            throw .undecodable(detail: "the options of a source are no JSON")
        }
        let option = { (name: String) in options.member(named: name)?.stringValue }
        self.init(
            name: name, scheme: scheme, isActive: isActive, tolerance: tolerance, url: option("url"),
            signatureHeader: option("signature_header"), signaturePrefix: option("signature_prefix") ?? "",
            typeHeader: option("type_header"), typeMember: option("type_member"), idHeader: option("id_header"))
    }
}

extension Parameters {
    /// `active`, `tolerance_seconds`, `options`, `secrets`, `secret_count`: `$1` to `$5` of the statements below.
    fileprivate mutating func append(_ settings: SourceSettings, secrets: SealedSecrets?) {
        bool(settings.isActive)
        int4(Int32(settings.tolerance / .seconds(1)))
        json(SourceOptions.json(of: settings))
        bytea(secrets?.bytes)
        int2(Int16(secrets?.count ?? 0))
    }
}

/// The secrets of a source, sealed for it.
struct SealedSecrets {
    /// `nil`: there is none.
    let bytes: [UInt8]?
    let count: Int
}

/// The id of a source about to be inserted: its secrets are sealed for that id.
struct ReserveSourceID: Statement {
    static let sql = "SELECT nextval(pg_get_serial_sequence('martlet.sources', 'id'))::int"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int32 { try row.int32() }
}

/// No row comes back when the name is taken, by whatever tenant.
struct InsertSource: Statement {
    let id: Int32
    let tenant: String
    let settings: SourceSettings
    let secrets: SealedSecrets

    static let sql = """
        INSERT INTO martlet.sources
            (active, tolerance_seconds, options, secrets, secret_count, id, tenant, name, scheme)
        OVERRIDING SYSTEM VALUE
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (name) DO NOTHING
        RETURNING \(columns)
        """

    func encode(into parameters: inout Parameters) {
        parameters.append(settings, secrets: secrets)
        parameters.int4(id)
        parameters.text(tenant)
        parameters.text(settings.name.text)
        parameters.text(settings.scheme.rawValue)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSource { try StoredSource(&row) }
}

/// Replaces the settings, unless somebody changed them since `version` was read: then no row comes back.
struct UpdateSource: Statement {
    let id: Int32
    let tenant: String
    let version: Int32
    let settings: SourceSettings
    /// `nil`: those there are.
    let secrets: SealedSecrets?

    static let sql = """
        UPDATE martlet.sources
        SET active = $1, tolerance_seconds = $2, options = $3,
            secrets = CASE WHEN $9 THEN $4 ELSE secrets END,
            secret_count = CASE WHEN $9 THEN $5 ELSE secret_count END,
            version = version + 1,
            updated_at = now()
        WHERE id = $6 AND tenant = $7 AND version = $8
        RETURNING \(columns)
        """

    func encode(into parameters: inout Parameters) {
        parameters.append(settings, secrets: secrets)
        parameters.int4(id)
        parameters.text(tenant)
        parameters.int4(version)
        parameters.bool(secrets != nil)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSource { try StoredSource(&row) }
}

/// - `tenant` `nil`: whatever tenant's, for whoever pushes.
struct SelectSource: Statement {
    let name: String
    let tenant: String?

    static let sql = """
        SELECT \(columns) FROM martlet.sources WHERE name = $1 AND ($2::text IS NULL OR tenant = $2)
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(name)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSource { try StoredSource(&row) }
}

/// The sources of a tenant in the order of their names, after `after`.
struct SelectSources: Statement {
    let tenant: String
    let after: String
    let limit: Int

    static let sql = """
        SELECT \(columns)
        FROM martlet.sources
        WHERE tenant = $1 AND name COLLATE "C" > $2
        ORDER BY name COLLATE "C"
        LIMIT $3
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.text(after)
        parameters.int4(Int32(clamping: limit))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSource { try StoredSource(&row) }
}

/// Returns the id; no row when there is no such source.
struct DeleteSource: Statement {
    let name: String
    let tenant: String

    static let sql = "DELETE FROM martlet.sources WHERE name = $1 AND tenant = $2 RETURNING id"

    func encode(into parameters: inout Parameters) {
        parameters.text(name)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int32 { try row.int32() }
}
