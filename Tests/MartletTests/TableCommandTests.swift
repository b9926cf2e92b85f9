import JSONFilter
import PrivatePostgres
import Testing

struct TableCommandTests {
    @Test func `a table is made, listed, shown, changed and deleted`() async throws {
        try await withMigratedDatabase { settings in
            func run(_ arguments: String..., input: String = "") async throws -> CommandRun {
                let run = try await CommandRun.martlet(["tables"] + arguments, environment: settings, input: input)
                #expect(run.exit == .exited(0), "\(arguments): \(run.errorText)")
                return run
            }
            let made = try await run(
                "create", "Price <b>list</b>", "--public", "--data", "-", "--json",
                input: #"{"headers": ["A"], "rows": [["x", 19.90, null]]}"#)
            let id = try #require(made.json?.member(named: "id")?.stringValue)
            #expect(made.json?.member(named: "title") == .string("Price list"))
            #expect(made.json?.member(named: "name") == .string("price_list"))
            #expect(
                made.output.contains(
                    #""data":{"headers":["A"],"rows":[["x","19.90",""]],"settings":{},"formatting":{}}"#))

            #expect(try await run("list").output.contains("price_list"))
            #expect(try await run("show", id).output.contains("disabled: no secret"))
            #expect(try await run("list", "--tenant", "other").output == "the tenant other has no table")

            let changed = try await run("update", id, "--title", "New", "--name", "new", "--no-public", "--json")
            #expect(changed.output.contains(#""title":"New","name":"new","public":false"#))
            #expect(changed.output.contains(#""rows":[["x","19.90",""]]"#))

            _ = try await run("delete", id)
            #expect(try await run("list", "--json").output == "[]")
        }
    }

    @Test func `a secret is shown once, replaced, and taken away`() async throws {
        try await withMigratedDatabase { settings in
            func run(_ arguments: String...) async throws -> CommandRun {
                try await CommandRun.martlet(["tables"] + arguments, environment: settings)
            }
            _ = try await run("create", "Prices")
            let first = try await run("secret", "generate", "1", "--json")
            let secret = try #require(first.json?.member(named: "secret")?.stringValue)
            #expect(secret.utf8.count == 32)
            let second = try await run("secret", "rotate", "1")
            #expect(second.output.contains("POST /v1/tables/1/webhook"))
            #expect(!second.output.contains(secret))
            let shown = try await run("show", "1", "--json")
            #expect(shown.output.contains(#""accepts_pushes":true"#))
            #expect(!shown.output.contains("secret"))
            #expect(try await run("secret", "disable", "1").exit == .exited(0))
            #expect(try await run("show", "1", "--json").output.contains(#""accepts_pushes":false"#))
            #expect(try await run("secret", "rotate", "2").exit == .exited(1))
        }
    }

    @Test func `what cannot be a table is wrong usage, and a name that is taken a failure`() async throws {
        try await withMigratedDatabase { settings in
            let calls: [(arguments: [String], input: String, code: Int32)] = [
                (["create", "Prices", "--name", "a.b"], "", 64), (["create", "<b></b>"], "", 64),
                (["create", "Prices", "--data", "-"], "{", 64), (["update", "1"], "", 64),
                (["create", "Prices", "--name", "prices"], "", 0), (["create", "Prices", "--name", "prices"], "", 1),
                (["show", "9"], "", 1),
            ]
            for call in calls {
                let run = try await CommandRun.martlet(
                    ["tables"] + call.arguments, environment: settings, input: call.input)
                #expect(run.exit == .exited(call.code), "\(call.arguments): \(run.errorText)")
            }
        }
    }
}
