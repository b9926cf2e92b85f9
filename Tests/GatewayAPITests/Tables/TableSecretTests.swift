import JSONFilter
import Postgres
import TestSupport
import Testing

struct TableSecretTests {
    private static let body = #"{"append": [["a"]]}"#

    @Test func `a secret is 32 letters and digits, another one each time, and shown once`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            var secrets: Set<String> = [table.secret]
            for _ in 0..<50 { secrets.insert(try await gateway.makeSecret(of: table.id)) }
            #expect(secrets.count == 51)
            #expect(
                secrets.allSatisfy {
                    $0.utf8.count == 32 && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
                })
            let shown =
                try await gateway.send("GET", "/v1/tables/\(table.id)").text
                + gateway.send("GET", "/v1/tables").text
            #expect(shown.contains(#""accepts_pushes":true"#))
            #expect(secrets.allSatisfy { !shown.contains($0) })
        }
    }

    @Test func `at rest a secret is sealed`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let stored = try await gateway.database.execute(SelectStoredTables())
            #expect(stored.count == 1)
            #expect(!stored[0].contains(table.secret))
        }
    }

    /// Two servers: what one of them has learnt must not outlive what the other one did.
    @Test func `a rotation voids the old secret at once, for every server`() async throws {
        try await Turnstile.shared.pass {
            try await withDatabase(template: .migrated) { url in
                try await withGateway(on: url) { one in
                    try await withGateway(on: url) { other in
                        let old = try await one.makeTable()
                        for gateway in [one, other] {
                            #expect(try await gateway.push(Self.body, to: old).status == 200)
                        }
                        let new = MadeTable(id: old.id, secret: try await one.makeSecret(of: old.id))
                        for gateway in [other, one] {
                            #expect(try await gateway.push(Self.body, to: old).status == 401)
                            #expect(try await gateway.push(Self.body, to: new).status == 200)
                        }
                        _ = try await other.send("DELETE", "/v1/tables/\(old.id)/secret")
                        #expect(try await one.push(Self.body, to: new).status == 403)
                        _ = try await other.makeSecret(of: old.id)
                        _ = try await one.send("DELETE", "/v1/tables/\(old.id)")
                        #expect(try await other.push(Self.body, to: new).status == 404)
                    }
                }
            }
        }
    }

    @Test func `a table whose pushes are disabled takes none until it has a new secret`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            #expect(try await gateway.push(Self.body, to: table).status == 200)
            #expect(try await gateway.send("DELETE", "/v1/tables/\(table.id)/secret").status == 204)
            #expect(try await gateway.push(Self.body, to: table).status == 403)
            #expect(try await gateway.send("GET", "/v1/tables/\(table.id)").text.contains(#""accepts_pushes":false"#))
            let again = MadeTable(id: table.id, secret: try await gateway.makeSecret(of: table.id))
            #expect(try await gateway.push(Self.body, to: table).status == 401)
            #expect(try await gateway.push(Self.body, to: again).status == 200)
        }
    }

    @Test func `a new table takes no pushes`() async throws {
        try await withGateway { gateway in
            let made = try await gateway.send("POST", "/v1/tables", #"{"title": "T"}"#)
            let id = try #require(try made.string("id"))
            for secret in ["", "x"] {
                #expect(try await gateway.push(Self.body, to: MadeTable(id: id, secret: secret)).status == 403)
            }
        }
    }

    @Test(arguments: ["''::bytea", "'\\x00'::bytea", "set_byte(secret, 20, get_byte(secret, 20) # 1)"])
    func `a secret that is empty or does not open refuses every push`(expression: String) async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            #expect(try await gateway.push(Self.body, to: table).status == 200)
            try await gateway.run("UPDATE martlet.tables SET secret = \(expression)")
            for secret in [table.secret, ""] {
                let answer = try await gateway.push(Self.body, to: MadeTable(id: table.id, secret: secret))
                #expect(answer.status == 403)
            }
        }
    }

    @Test func `the secret of one table never opens another, not even copied in SQL`() async throws {
        try await withGateway { gateway in
            let one = try await gateway.makeTable()
            let other = try await gateway.makeTable(#""title": "Other""#)
            let crossed = MadeTable(id: other.id, secret: one.secret)
            #expect(try await gateway.push(Self.body, to: crossed).status == 401)
            try await gateway.run(
                "UPDATE martlet.tables SET secret = (SELECT secret FROM martlet.tables WHERE id = \(one.id))")
            #expect(try await gateway.push(Self.body, to: crossed).status == 403)
            #expect(try await gateway.push(Self.body, to: one).status == 200)
        }
    }
}

private struct SelectStoredTables: Statement {
    static let sql = "SELECT t::text || encode(t.secret, 'escape') FROM martlet.tables AS t"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}
