import GatewayCrypto
import JSONFilter
import Postgres

/// A table that a test made, with its secret.
struct MadeTable: Sendable {
    let id: String
    let secret: String

    var path: String { "/v1/tables/\(id)/webhook" }

    func signature(of body: String) -> String {
        "sha256=" + Hex.encode(HMACKey(Array(secret.utf8)).authenticationCode(for: Array(body.utf8)))
    }
}

extension Gateway {
    /// A table with the name `prices`, unless `members` say something else, and a secret.
    func makeTable(_ members: String = #""title": "Prices", "name": "prices""#) async throws -> MadeTable {
        let made = try await send("POST", "/v1/tables", "{\(members)}")
        guard made.status == 201, let id = try made.string("id") else { throw UnexpectedAnswer(answer: made) }
        return MadeTable(id: id, secret: try await makeSecret(of: id))
    }

    func makeSecret(of table: String) async throws -> String {
        let answer = try await send("POST", "/v1/tables/\(table)/secret")
        guard answer.status == 200, let secret = try answer.string("secret") else {
            throw UnexpectedAnswer(answer: answer)
        }
        return secret
    }

    /// Pushes as an outside system does: without a key.
    ///
    /// - Parameters:
    ///   - signatures: values of `X-MMT-Signature`, a header field each; `nil`: the right one.
    ///   - path: `nil`: the one of the table below `/v1`.
    func push(
        _ body: String, to table: MadeTable, signatures: [String]? = nil, path: String? = nil
    ) async throws -> Answer {
        let bytes = Array(body.utf8)
        var head = "POST \(path ?? table.path) HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
        for signature in signatures ?? [table.signature(of: body)] { head += "X-MMT-Signature: \(signature)\r\n" }
        head += "Content-Length: \(bytes.count)\r\n\r\n"
        let connection = try RawConnection(port: port)
        try await connection.send(Array(head.utf8) + bytes)
        return try await connection.answer()
    }

    /// The document of a table, as JSON text.
    func data(of table: MadeTable) async throws -> JSONValue? {
        try await send("GET", "/v1/tables/\(table.id)").json.member(named: "data")
    }

    func events() async throws -> [EventRow] {
        try await database.execute(SelectEventRows())
    }
}

extension JSONValue {
    /// As JSON text.
    var text: String {
        var writer = JSONWriter()
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
