import EndToEndSupport
import TestSupport
import Testing

struct SaveRaceTests {
    @Test func `a change that commits while a page is being saved is not overwritten`() async throws {
        try await withInstallation { installation, client in
            let id = try await client.makeTable(headers: ["A"], rows: #"[["stored"]]"#)
            let visitor = try await ConsoleVisitor.signedIn(client)
            let database = installation.database
            // It has the row of the table until the save waits for that.
            async let change: Void = database.run(
                """
                DO $$
                BEGIN
                    UPDATE martlet.tables SET version = version + 1 WHERE id = \(id);
                    PERFORM pg_advisory_xact_lock(4711);
                    LOOP
                        EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted);
                        PERFORM pg_sleep(0.01);
                    END LOOP;
                END
                $$
                """)
            try await eventually("the other change has begun") {
                try await database.count("pg_locks WHERE locktype = 'advisory' AND objid = 4711") == 1
            }
            let answer = try await visitor.post(
                "/ui/tables/\(id)/rows",
                [
                    "do": "save", "version": "1", "before": "0", "stored": "1", "rows": "1", "columns": "1", "h.0": "A",
                    "c.0.0": "typed",
                ])
            try await change
            #expect(answer.status == 409)
            #expect(answer.text.contains("value=\"typed\""))
            #expect(answer.text.contains("name=\"version\" value=\"2\""))
            let stored = try await client.call("GET", "/v1/tables/\(id)")
            #expect(try stored.member("version")?.intValue == 2)
            #expect(stored.text.contains("stored") && !stored.text.contains("typed"))
        }
    }
}
