import JSONFilter
import PrivatePostgres
import Testing

struct SourceCommandTests {
    @Test func `a source's life, from creation to deletion`() async throws {
        try await withMigratedDatabase { settings in
            let create = try await CommandRun.martlet(
                ["sources", "create", "erp", "--scheme", "hmac-hex", "--signature-prefix", "sha256=", "--json"],
                environment: settings)
            #expect(create.exit == .exited(0))
            let secret = try #require(create.json?.member(named: "secret")?.stringValue)
            #expect(secret.utf8.count == 64)

            let update = try await CommandRun.martlet(
                [
                    "sources", "update", "erp", "--secret", "another-secret", "--keep-secrets", "--signature-prefix",
                    "default", "--id-header", "X-Id", "--active", "false", "--json",
                ], environment: settings)
            #expect(update.json?.member(named: "secret_count")?.intValue == 2)
            #expect(update.json?.member(named: "active")?.boolValue == false)
            #expect(update.json?.member(named: "signature_prefix")?.isNull == true)
            #expect(update.json?.member(named: "id_header")?.stringValue == "X-Id")

            let removed = try await CommandRun.martlet(
                ["sources", "update", "erp", "--remove-secrets", "--active", "true"], environment: settings)
            #expect(removed.output.contains("state             without a secret"))
            let show = try await CommandRun.martlet(["sources", "show", "erp"], environment: settings)
            #expect(show.output.contains("id_header         X-Id"))
            let list = try await CommandRun.martlet(["sources", "list"], environment: settings)
            #expect(list.output.contains("source.erp.*"))
            for run in [update, removed, show, list] {
                #expect(!run.output.contains(secret) && !run.output.contains("another-secret"))
            }

            let delete = try await CommandRun.martlet(["sources", "delete", "erp"], environment: settings)
            #expect(delete.exit == .exited(0))
            let again = try await CommandRun.martlet(["sources", "delete", "erp"], environment: settings)
            #expect(again.exit == .exited(1))
            #expect(again.errorText.contains("no source erp"))
        }
    }

    @Test(arguments: [
        (["a", "--scheme", "fax"], "scheme:"), (["a.b", "--scheme", "github"], "name:"),
        (["a", "--scheme", "twilio"], "url:"), (["a", "--scheme", "github", "--tolerance", "5m"], "tolerance:"),
        (["a", "--scheme", "stripe", "--tolerance", "soon"], "tolerance:"),
        (["a", "--scheme", "stripe", "--secret", "short"], "secret:"),
    ])
    func `what breaks a rule is refused, and the rule is named`(arguments: [String], reason: String) async throws {
        try await withMigratedDatabase { settings in
            let create = try await CommandRun.martlet(["sources", "create"] + arguments, environment: settings)
            #expect(create.exit == .exited(64))
            #expect(create.errorText.contains(reason))
        }
    }
}
