import EndToEndSupport
import JSONFilter
import TestSupport
import Testing

/// `/t/{id}` and `/t/{id}.csv` over HTTP, as everybody may read them.
struct PublicPageTests {
    @Test func `a public table is a page with its rows`() async throws {
        try await withInstallation { _, client in
            let id = try await client.makeTable()
            let page = try await client.read("/t/\(id)")
            #expect(page.status == 200)
            #expect(page.header("Content-Type") == "text/html; charset=utf-8")
            #expect(page.header("X-Content-Type-Options") == "nosniff")
            #expect(page.header("Cache-Control") == "public, no-cache")
            #expect(page.text.contains("<td><b>Tea</b></td><td>3.20</td>"))
        }
    }

    @Test func `nothing runs in the page, nothing is fetched from elsewhere but pictures, and any page may frame it`()
        async throws
    {
        try await withInstallation { _, client in
            let page = try await client.read("/t/\(try await client.makeTable())")
            let policy = try #require(page.header("Content-Security-Policy"))
            let rules = Set(policy.split(separator: "; ").map(String.init))
            #expect(
                rules.isSuperset(of: [
                    "default-src 'none'", "img-src https:", "media-src https:", "base-uri 'none'", "form-action 'none'",
                    "frame-ancestors *",
                ]))
            #expect(!policy.contains("script-src"))
            #expect(policy.contains("style-src 'sha256-"))
            #expect(page.header("X-Frame-Options") == nil)
        }
    }

    @Test func `a table that is not public is answered as one that does not exist`() async throws {
        try await withInstallation { _, client in
            let hidden = try await client.makeTable(isPublic: false)
            for ending in ["", ".csv", "?sort=1", "?page=2"] {
                let answers = [
                    try await client.read("/t/\(hidden)\(ending)"), try await client.read("/t/999999\(ending)"),
                ]
                #expect(answers.allSatisfy { $0.status == 404 })
                #expect(answers[0].body == answers[1].body)
                let headers = answers.map { answer in
                    answer.headers.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }
                }
                #expect(headers[0] == headers[1])
            }
            // Nor does a tag tell them apart.
            #expect(try await client.read("/t/\(hidden)", ifNoneMatch: "*").status == 404)
            #expect(try await client.read("/t/999999", ifNoneMatch: "*").status == 404)
        }
    }

    @Test func `a table that is no longer public is gone at once`() async throws {
        try await withInstallation { _, client in
            let id = try await client.makeTable()
            #expect(try await client.read("/t/\(id)").status == 200)
            try await client.call("PATCH", "/v1/tables/\(id)", #"{"public": false}"#)
            #expect(try await client.read("/t/\(id)").status == 404)
        }
    }

    @Test(arguments: ["", ".csv", "?sort=2&dir=desc"])
    func `who has the page is told so, until the table changes`(ending: String) async throws {
        try await withInstallation { _, client in
            let id = try await client.makeTable()
            let tag = try #require(try await client.read("/t/\(id)\(ending)").header("ETag"))
            let again = try await client.read("/t/\(id)\(ending)", ifNoneMatch: "\"other\", W/\(tag)")
            #expect(again.status == 304 && again.body.isEmpty && again.header("ETag") == tag)
            try await client.call("PATCH", "/v1/tables/\(id)", #"{"title": "Another"}"#)
            let changed = try await client.read("/t/\(id)\(ending)", ifNoneMatch: tag)
            #expect(changed.status == 200 && changed.header("ETag") != tag)
        }
    }

    @Test func `a table of 100,000 rows is read page by page, in any order, and as one file`() async throws {
        try await withInstallation { installation, client in
            let id = try await client.makeTable(rows: "[]")
            try await installation.database.run(
                """
                INSERT INTO martlet.table_rows (table_id, position, tenant, rows)
                SELECT \(id), min(n), 'default',
                       string_agg(json_build_array('name ' || n, (100001 - n)::text)::text, ',' ORDER BY n)
                FROM generate_series(1, 100000) AS n
                GROUP BY n / 64;
                UPDATE martlet.tables SET row_count = 100000, last_chunk = 99968, version = version + 1 WHERE id = \(id);
                """)
            let last = try await client.read("/t/\(id)?page=100")
            #expect(last.text.contains("Rows 99,001–100,000 of 100,000"))
            #expect(last.text.contains("<td>name 100000</td>"))
            let sorted = try await client.read("/t/\(id)?sort=2&dir=asc&page=2")
            #expect(sorted.text.contains("<tbody>\n<tr><td>name 99000</td><td>1001</td></tr>"))
            #expect(sorted.text.ranges(of: "<tr><td>").count == 1_000)
            let file = "/tmp/martlet-\(RandomName.make(12)).csv"
            let output = try await Foreign.run(
                "/bin/sh",
                [
                    "-c", #"curl -sSf "$1" -o "$2"; wc -l < "$2"; tail -n 1 "$2"; rm "$2""#, "sh",
                    "http://127.0.0.1:\(client.port)/t/\(id).csv", file,
                ])
            #expect(output == ["100001", "\"name 100000\",1\r"] || output == ["100001", "\"name 100000\",1"])
        }
    }

    @Test func `a CSV file says what it is, and HEAD brings the same headers`() async throws {
        try await withInstallation { _, client in
            let id = try await client.makeTable()
            let head = try await client.read("/t/\(id).csv", method: "HEAD")
            #expect(head.status == 200)
            #expect(head.header("Content-Type") == "text/csv; charset=utf-8; header=present")
            #expect(head.header("Content-Disposition") == "attachment; filename=\"table-\(id).csv\"")
            #expect(head.body.isEmpty)
        }
    }
}
