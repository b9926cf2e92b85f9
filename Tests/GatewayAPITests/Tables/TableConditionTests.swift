import Testing

struct TableConditionTests {
    private static let change = #"{"data": {"rows": [["mine"]]}}"#

    private func send(
        _ method: String, _ table: String, ifMatch field: String, to gateway: Gateway
    ) async throws -> Answer {
        try await gateway.send(
            method, "/v1/tables/\(table)", method == "PATCH" ? Self.change : nil, headers: [("If-Match", field)])
    }

    private func tag(of table: String, at gateway: Gateway) async throws -> String {
        try #require(try await gateway.send("GET", "/v1/tables/\(table)").header("etag"))
    }

    @Test(arguments: ["PATCH", "DELETE"])
    func `who has not seen a push does not overwrite it`(method: String) async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let seen = try await tag(of: table.id, at: gateway)
            _ = try await gateway.push(#"{"append": [["theirs"]]}"#, to: table)
            let pushed = try await gateway.send("GET", "/v1/tables/\(table.id)").text

            let refused = try await send(method, table.id, ifMatch: seen, to: gateway)
            #expect(refused.status == 412)
            #expect(refused.header("content-type") == "application/problem+json")
            #expect(try refused.detail?.contains("GET it again") == true)
            #expect(try await gateway.send("GET", "/v1/tables/\(table.id)").text == pushed)
            #expect(try await gateway.events().map(\.name) == ["item.prices.created"])

            let current = try await tag(of: table.id, at: gateway)
            let done = try await send(method, table.id, ifMatch: current, to: gateway)
            #expect(done.status == (method == "PATCH" ? 200 : 204))
        }
    }

    @Test func `the answer to a change has the tag for the next`() async throws {
        try await withGateway { gateway in
            let made = try await gateway.send("POST", "/v1/tables", #"{"title": "T"}"#)
            let id = try #require(try made.string("id"))
            let first = try await send("PATCH", id, ifMatch: try #require(made.header("etag")), to: gateway)
            let second = try await gateway.send(
                "PATCH", "/v1/tables/\(id)", #"{"title": "U"}"#,
                headers: [("If-Match", try #require(first.header("etag")))])
            #expect(second.status == 200)
            #expect(try second.string("title") == "U")
        }
    }

    @Test func `a first secret is a change of what the tag stands for, and another one is none`() async throws {
        try await withGateway { gateway in
            let id = try #require(try await gateway.send("POST", "/v1/tables", #"{"title": "T"}"#).string("id"))
            let without = try await tag(of: id, at: gateway)
            _ = try await gateway.makeSecret(of: id)
            #expect(try await send("PATCH", id, ifMatch: without, to: gateway).status == 412)
            let with = try await tag(of: id, at: gateway)
            _ = try await gateway.makeSecret(of: id)
            #expect(try await send("PATCH", id, ifMatch: with, to: gateway).status == 200)
        }
    }

    @Test func `one of several tags is enough, and an asterisk is any`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.makeTable().id
            let tag = try await tag(of: id, at: gateway)
            #expect(try await send("PATCH", id, ifMatch: "\"\(id)-99\", \(tag), \"x\"", to: gateway).status == 200)
            #expect(try await send("PATCH", id, ifMatch: "*", to: gateway).status == 200)
            #expect(try await send("DELETE", id, ifMatch: "*", to: gateway).status == 204)
        }
    }

    @Test func `a tag that is weak, of another table or no tag at all fits none`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.makeTable().id
            let tag = try await tag(of: id, at: gateway)
            let bare = tag.filter { $0 != "\"" }
            for field in [
                "W/\(tag)", "\"9\(bare)\"", bare, "\"\(bare)-x\"", "\"\(id)-+1-push\"", "\"\(id)-01-push\"", "",
            ] {
                #expect(try await send("PATCH", id, ifMatch: field, to: gateway).status == 412, "\(field)")
                #expect(try await send("DELETE", id, ifMatch: field, to: gateway).status == 412, "\(field)")
            }
            let nothing = try await gateway.send("PATCH", "/v1/tables/\(id)", "{}", headers: [("If-Match", "\"x\"")])
            #expect(nothing.status == 412)
            #expect(try await self.tag(of: id, at: gateway) == tag)
        }
    }

    @Test(arguments: ["*", "\"999-1\""])
    func `a table that is not there is not found, whatever is expected of it`(field: String) async throws {
        try await withGateway { gateway in
            let changed = try await send("PATCH", "999", ifMatch: field, to: gateway)
            let deleted = try await send("DELETE", "999", ifMatch: field, to: gateway)
            #expect(changed.status == 404 && deleted.status == 404)
        }
    }
}
