import Testing

struct TableReadTests {
    private static let whole =
        #"{"title": "T", "name": "t", "data": {"headers": ["A", "<b>B</b>"], "rows": [["=1", "<i>x</i>, y"], [2]]}}"#

    private func get(_ gateway: Gateway, _ target: String, ifNoneMatch tag: String) async throws -> Answer {
        let connection = try RawConnection(port: gateway.port)
        try await connection.send(
            "GET \(target) HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
                + "Authorization: Bearer \(Gateway.adminKey)\r\nIf-None-Match: \(tag)\r\n\r\n")
        return try await connection.answer()
    }

    @Test(arguments: ["", "/rows.csv"])
    func `a caller who has the table as it is gets no body`(ending: String) async throws {
        try await withGateway { gateway in
            let id = try #require(try await gateway.send("POST", "/v1/tables", Self.whole).string("id"))
            let first = try await gateway.send("GET", "/v1/tables/\(id)\(ending)")
            #expect(first.header("cache-control") == "private, no-cache")
            let tag = try #require(first.header("etag"))
            let again = try await get(gateway, "/v1/tables/\(id)\(ending)", ifNoneMatch: tag)
            #expect(again.status == 304 && again.body.isEmpty && again.header("etag") == tag)

            // Both a change and a first secret show.
            try await gateway.send("POST", "/v1/tables/\(id)/secret")
            let known = try await get(gateway, "/v1/tables/\(id)\(ending)", ifNoneMatch: tag)
            #expect(known.status == 200)
            let secondTag = try #require(known.header("etag"))
            try await gateway.send("PATCH", "/v1/tables/\(id)", #"{"title": "U"}"#)
            #expect(try await get(gateway, "/v1/tables/\(id)\(ending)", ifNoneMatch: secondTag).status == 200)
        }
    }

    @Test func `a tag opens no table of another tenant, nor one that is not there`() async throws {
        try await withGateway { gateway in
            let id = try #require(try await gateway.send("POST", "/v1/tables", Self.whole).string("id"))
            for target in ["/v1/tables/\(id)?tenant=other", "/v1/tables/\(id)/rows.csv?tenant=other", "/v1/tables/999"]
            {
                #expect(try await get(gateway, target, ifNoneMatch: "*").status == 404, "\(target)")
            }
        }
    }

    @Test func `the rows are a CSV file for whoever may read, public or not`() async throws {
        try await withGateway { gateway in
            let id = try #require(try await gateway.send("POST", "/v1/tables", Self.whole).string("id"))
            let viewer = try await gateway.makeKey(role: "viewer").key
            let file = try await gateway.send("GET", "/v1/tables/\(id)/rows.csv", key: viewer)
            #expect(file.status == 200)
            #expect(file.header("content-type") == "text/csv; charset=utf-8")
            #expect(file.header("content-disposition") == "attachment; filename=\"t.csv\"")
            let publisher = try await gateway.makeKey(role: "publisher").key
            #expect(try await gateway.send("GET", "/v1/tables/\(id)/rows.csv", key: publisher).status == 403)
            #expect(try await gateway.send("GET", "/v1/tables/\(id)/rows.csv", key: nil).status == 401)
        }
    }
}
