import EndToEndSupport
import TestSupport
import Testing

/// Who gets in, how long they stay, and whose forms are taken.
struct ConsoleSessionTests {
    @Test func `without a session every page leads to the form to sign in with, and with one to the tables`()
        async throws
    {
        try await withInstallation { _, client in
            let stranger = ConsoleVisitor(client: client)
            #expect(try await stranger.get("/").header("Location") == "/ui")
            for path in ["/ui", "/ui/", "/ui/tables", "/ui/tables/1?page=2", "/ui/nothing"] {
                let answer = try await stranger.get(path)
                #expect(answer.status == 303 && answer.header("Location") == "/ui/login", "\(path)")
            }
            let visitor = try await ConsoleVisitor.signedIn(client)
            for path in ["/ui", "/ui/"] {
                #expect(try await visitor.get(path).header("Location") == "/ui/tables")
            }
            #expect(try await visitor.get("/ui/login").header("Location") == "/ui")
            for path in ["/ui/nothing", "/ui/tables/x", "/ui/tables/1/nothing", "/ui/tables/", "/ui/tables/99"] {
                #expect(try await visitor.get(path).status == 404, "\(path)")
            }
            // The API is where it was.
            #expect(try await stranger.get("/v1/tables").status == 401)
            #expect(try await stranger.get("/nothing").header("Content-Type") == "application/problem+json")
        }
    }

    @Test func `a link of another site leads to its page, though the browser keeps the cookie back at first`()
        async throws
    {
        try await withInstallation { _, client in
            let id = try await client.makeTable()
            let elsewhere = "http://localhost:\(client.port)/livez"
            try await ConsoleBrowser.visit(
                client, arguments: [id, elsewhere], runsScripts: true,
                """
                sign_in()
                other = context.new_page()
                other.goto(arguments[1])
                other.set_content(f'<a href="{base}/ui/tables/{arguments[0]}?page=1">a link</a>')
                other.get_by_text("a link").click()
                other.get_by_role("heading", level=1, name="Prices").wait_for()
                assert other.url == f"{base}/ui/tables/{arguments[0]}?page=1", other.url
                context.clear_cookies()
                other.goto(arguments[1])
                other.set_content(f'<a href="{base}/ui/tables/{arguments[0]}">a link</a>')
                other.get_by_text("a link").click()
                other.get_by_label("API key").wait_for()
                """)
            let answer = try await ConsoleVisitor(client: client).get(
                "/ui/tables/%22%3E?x='\"><script>", headers: ["Sec-Fetch-Site: cross-site"])
            #expect(answer.status == 200 || answer.status == 400)
            #expect(!answer.text.contains("<script>"))
            // Whatever stands in front of the path.
            let absolute = try await ConsoleVisitor(client: client).get(
                "http://evil.example/ui/tables", headers: ["Sec-Fetch-Site: cross-site"])
            #expect(absolute.header("Refresh")?.contains("evil") != true && !absolute.text.contains("evil"))
        }
    }

    @Test func `without a database the page says so, and goes on when there is one again`() async throws {
        try await Slots.shared.withSlot {
            try await withDedicatedServer { server in
                try await DatabaseTemplate.migrated.prepare(server.url())
                try await Installation.with(databaseURL: server.url()) { installation in
                    try await installation.withIngestServer { client, _ in
                        let viewer = try await client.makeKey(role: "viewer")
                        let visitors = [
                            try await ConsoleVisitor.signedIn(client), try await .signedIn(client, key: viewer),
                        ]
                        await server.stop(.immediate)
                        for visitor in visitors {
                            let answer = try await visitor.get("/ui/tables")
                            #expect(answer.status == 503 && answer.text.contains("The database does not answer."))
                        }
                        try await server.start()
                        for visitor in visitors {
                            try await eventually("the list is shown again") {
                                try await visitor.get("/ui/tables").status == 200
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func `the cookie is for these pages and the server alone, and holds no key`() async throws {
        try await withInstallation { _, client in
            var visitor = ConsoleVisitor(client: client)
            visitor.keep(try await visitor.get("/ui/login"))
            let answer = try await visitor.post("/ui/login", ["key": " \(client.key) "])
            let set = answer.headers.filter { $0.name.lowercased() == "set-cookie" }.map(\.value)
            let session = try #require(set.first { $0.hasPrefix("martlet_session=") })
            #expect(session.hasSuffix("; Path=/ui; Max-Age=43200; HttpOnly; SameSite=Strict"))
            #expect(!answer.text.contains(client.key) && !session.contains(client.key))

            let secure = try await visitor.post(
                "/ui/login", ["key": client.key], headers: [("X-Forwarded-Proto", "https")])
            #expect(secure.header("Set-Cookie")?.hasSuffix("; Secure") == true)
        }
    }

    @Test func `every page keeps to itself`() async throws {
        try await withInstallation { _, client in
            let visitor = try await ConsoleVisitor.signedIn(client)
            let pages = [
                try await ConsoleVisitor(client: client).get("/ui/login"), try await visitor.get("/ui/tables"),
                try await visitor.get("/ui/tables/99"), try await visitor.post("/ui/tables/new", ["token": "x"]),
            ]
            #expect(pages.map(\.status) == [200, 200, 404, 403])
            for page in pages {
                let policy = try #require(page.header("Content-Security-Policy"))
                let rules = Set(policy.split(separator: "; ").map(String.init))
                #expect(
                    rules.isSuperset(of: [
                        "default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
                    ]))
                #expect(!policy.contains("unsafe") && !policy.contains("script-src"))
                #expect(page.header("Cache-Control") == "no-store")
                #expect(page.header("X-Content-Type-Options") == "nosniff")
                #expect(page.header("Referrer-Policy") == "same-origin")
                #expect(!page.text.contains("<script") && !page.text.contains(" style="))
            }
        }
    }

    @Test func `a session outlives the server, and another one takes it`() async throws {
        try await withMigratedDatabase { installation in
            var visitor = try await installation.withIngestServer { client, _ in
                try await ConsoleVisitor.signedIn(client)
            }
            try await installation.withIngestServer { first, _ in
                visitor = ConsoleVisitor(client: first, cookies: visitor.cookies, token: visitor.token)
                #expect(try await visitor.get("/ui/tables").status == 200)
                try await installation.withIngestServer { second, _ in
                    let there = ConsoleVisitor(client: second, cookies: visitor.cookies, token: visitor.token)
                    let made = try await there.post("/ui/tables/new", ["title": "T"])
                    #expect(made.status == 303 && made.header("Location")?.hasPrefix("/ui/tables/") == true)
                }
            }
        }
    }

    @Test func `a session ends with its key`() async throws {
        try await withInstallation { installation, client in
            let key = try await client.makeKey(role: "admin")
            let visitor = try await ConsoleVisitor.signedIn(client, key: key)
            #expect(try await visitor.get("/ui/tables").status == 200)
            let id = try await installation.database.value("SELECT id FROM martlet.api_keys").intValue
            try await client.call("DELETE", "/v1/keys/\(try #require(id))", expecting: 204)
            #expect(try await visitor.get("/ui/tables").header("Location") == "/ui/login")
            let refused = try await visitor.post("/ui/tables/new", ["title": "T"])
            #expect(refused.status == 303 && refused.header("Location") == "/ui/login")
            #expect(try await installation.database.count("martlet.tables") == 0)
        }
    }

    @Test func `another bootstrap key, or another master key, ends sessions too`() async throws {
        try await withMigratedDatabase { installation in
            let visitor = try await installation.withIngestServer { client, _ in
                try await ConsoleVisitor.signedIn(client)
            }
            for change in [
                ["MARTLET_ADMIN_KEY": "another"],
                ["MARTLET_MASTER_KEY": "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="],
            ] {
                try await Installation.with(databaseURL: installation.databaseURL, environment: change) { changed in
                    let answer = try await changed.withIngestServer { client, _ in
                        try await ConsoleVisitor(client: client, cookies: visitor.cookies).get("/ui/tables")
                    }
                    #expect(answer.header("Location") == "/ui/login")
                }
            }
        }
    }

    @Test func `a form that is not ours changes nothing`() async throws {
        try await withInstallation { installation, client in
            let visitor = try await ConsoleVisitor.signedIn(client)
            let other = try await ConsoleVisitor.signedIn(client)
            var answers = [
                try await visitor.send("/ui/tables/new", "title=T"),
                try await visitor.post("/ui/tables/new", ["title": "T", "token": ""]),
                try await visitor.post("/ui/tables/new", ["title": "T", "token": other.token]),
                try await visitor.post("/ui/logout", ["token": other.token]),
            ]
            for header in [
                ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"),
                ("Origin", "null"),
            ] {
                answers.append(try await visitor.post("/ui/tables/new", ["title": "T"], headers: [header]))
            }
            #expect(answers.allSatisfy { $0.status == 403 && $0.text.contains("does not come from here") })
            #expect(try await installation.database.count("martlet.tables") == 0)

            let ours = [("Origin", "http://127.0.0.1:\(client.port)"), ("Sec-Fetch-Site", "same-origin")]
            for header in ours {
                #expect(try await visitor.post("/ui/tables/new", ["title": "T"], headers: [header]).status == 303)
            }
        }
    }

    @Test func `nobody is signed in by another site's form`() async throws {
        try await withInstallation { _, client in
            var visitor = ConsoleVisitor(client: client)
            #expect(try await visitor.post("/ui/login", ["key": client.key]).status == 403)
            visitor.keep(try await visitor.get("/ui/login"))
            #expect(try await visitor.post("/ui/login", ["key": client.key, "token": "x"]).status == 403)
            let foreign = try await visitor.post(
                "/ui/login", ["key": client.key], headers: [("Sec-Fetch-Site", "cross-site")])
            #expect(foreign.status == 403 && foreign.header("Set-Cookie") == nil)
            // Where the way goes on is nothing that a form or an address says.
            let led = try await visitor.post(
                "/ui/login?next=https://evil.example", ["key": client.key, "next": "//evil.example"],
                headers: [("X-Forwarded-Host", "127.0.0.1")])
            #expect(led.status == 303 && led.header("Location") == "/ui")
        }
    }

    @Test func `a form is as large as a page of a table, in UTF-8, and a form`() async throws {
        try await withInstallation { _, client in
            let visitor = try await ConsoleVisitor.signedIn(client)
            let large = String(repeating: "x", count: 4 << 20)
            #expect(try await visitor.send("/ui/tables/new", "token=\(visitor.token)&title=\(large)").status == 413)
            let many = (0...12_000).map { "f\($0)=" }.joined(separator: "&")
            #expect(try await visitor.send("/ui/tables/new", "token=\(visitor.token)&\(many)").status == 413)
            #expect(try await visitor.send("/ui/tables/new", "token=\(visitor.token)&title=%FF").status == 400)
            let json = try await client.push(
                "/ui/tables/new",
                headers: [
                    ("Content-Type", "application/json"), ("Cookie", visitor.cookies.joined(separator: "; ")),
                ], body: Array("{}".utf8))
            #expect(json.status == 415)
            let put = try await client.send("PUT", "/ui/tables", "x", isAnonymous: true)
            #expect(put.status == 405)
            let stranger = ConsoleVisitor(client: client)
            #expect(try await stranger.send("/ui/tables/new", "title=\(large)").status == 303)
            #expect(try await stranger.send("/ui/login", "key=\(large)").status == 413)
        }
    }

    @Test func `the address that is shown is the one of the proxy in front`() async throws {
        try await withInstallation { _, client in
            let id = try await client.makeTable()
            let visitor = try await ConsoleVisitor.signedIn(client)
            let page = try await visitor.get(
                "/ui/tables/\(id)", headers: ["X-Forwarded-Proto: https", "X-Forwarded-Host: hooks.example"])
            #expect(
                page.text.contains("<code id=\"endpoint\" class=\"copy\">https://hooks.example/v1/tables/\(id)/webhook")
            )
            #expect(page.text.contains("url=&#39;https://hooks.example/v1/tables/\(id)/webhook&#39;"))
        }
    }

    @Test func `a tenant that cannot be is said to be none`() async throws {
        try await withInstallation { _, client in
            let visitor = try await ConsoleVisitor.signedIn(client)
            #expect(try await visitor.get("/ui/tables?tenant=no%20tenant").status == 400)
            #expect(try await visitor.get("/ui/tables?tenant=nobody").status == 200)
        }
    }
}
