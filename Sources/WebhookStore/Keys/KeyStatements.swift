internal import Postgres
internal import WebhookCore

private let columns = "id, name, role, tenant, prefix, created_at"

extension APIKey {
    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        id = try row.int32()
        name = try row.text()
        guard let role = try Role(rawValue: row.text()) else {
            throw .undecodable(detail: "the role of a key is none of this program's")
        }
        self.role = role
        tenant = try row.textOrNil()
        prefix = try row.text()
        createdAt = try Timestamp(microsecondsSinceUnixEpoch: row.timestamp())
    }
}

struct InsertKey: Statement {
    let name: String
    let role: Role
    let tenant: String?
    let prefix: String
    let hash: [UInt8]

    static let sql = """
        INSERT INTO martlet.api_keys (name, role, tenant, prefix, key_hash)
        VALUES ($1, $2, $3, $4, $5)
        RETURNING \(columns)
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(name)
        parameters.text(role.rawValue)
        parameters.text(tenant)
        parameters.text(prefix)
        parameters.bytea(hash)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> APIKey { try APIKey(&row) }
}

/// The keys of a tenant (`nil`: all) in the order of their ids, after `after`.
struct SelectKeys: Statement {
    let tenant: String?
    let after: Int32
    let limit: Int

    static let sql = """
        SELECT \(columns)
        FROM martlet.api_keys
        WHERE ($1::text IS NULL OR tenant = $1) AND id > $2
        ORDER BY id
        LIMIT $3
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.int4(after)
        parameters.int4(Int32(clamping: limit))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> APIKey { try APIKey(&row) }
}

/// Found by its hash: how long the search takes says nothing about the key.
struct SelectKeyByHash: Statement {
    let hash: [UInt8]

    static let sql = "SELECT \(columns) FROM martlet.api_keys WHERE key_hash = $1"

    func encode(into parameters: inout Parameters) { parameters.bytea(hash) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> APIKey { try APIKey(&row) }
}

/// Returns the id; no row when there is no such key within the tenant (`nil`: any).
struct DeleteKey: Statement {
    let id: Int32
    let tenant: String?

    static let sql = """
        DELETE FROM martlet.api_keys WHERE id = $1 AND ($2::text IS NULL OR tenant = $2) RETURNING id
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int32 { try row.int32() }
}
