import JSONFilter
import Postgres
import Testing
import WebhookCore
import WebhookStore

struct RegistryTests {
    private static func install(_ json: String, name: String = "shop", in store: TestStore) async throws -> Int {
        try await RegistryStore(store.database).install(
            PluginManifest(name: name, JSONValue(parsing: Array(json.utf8))))
    }

    private static let shop = """
        {"content_tables": ["products"],
         "webhook_events": [{"name": "stock.low", "type": "manual", "description": "Little is left"},
                            {"name": "stock.counted", "type": "auto"}, {"name": "stock.out"}]}
        """

    @Test func `a plugin registers three auto events per content table and its own events`() async throws {
        try await withStore { store in
            let count = try await Self.install(Self.shop, in: store)
            #expect(count == 6)
            #expect(
                try await store.rows(
                    """
                    SELECT concat_ws('|', event_name, event_type, content_table, description)
                    FROM martlet.webhook_events WHERE plugin = 'shop' ORDER BY 1
                    """) == [
                        "item.products.created|auto|products|An item of products was created",
                        "item.products.deleted|auto|products|An item of products was deleted",
                        "item.products.updated|auto|products|An item of products was updated",
                        "stock.counted|auto|", "stock.low|manual|Little is left", "stock.out|manual|",
                    ])
        }
    }

    @Test func `installed again nothing that exists changes, and what is new is added`() async throws {
        try await withStore { store in
            _ = try await Self.install(Self.shop, in: store)
            let again = """
                {"content_tables": ["products", "baskets"],
                 "webhook_events": [{"name": "stock.low", "type": "auto", "description": "Other words"}]}
                """
            #expect(try await Self.install(again, in: store) == 3)
            #expect(try await Self.install("{}", in: store) == 0)
            #expect(
                try await store.value(
                    "SELECT event_type || ' ' || description FROM martlet.webhook_events WHERE event_name = 'stock.low'"
                )
                    == "manual Little is left")
        }
    }

    @Test func `an event may belong to several plugins, to each once`() async throws {
        try await withStore { store in
            let twice = #"{"webhook_events": [{"name": "stock.low"}, {"name": "stock.low"}]}"#
            #expect(try await Self.install(twice, in: store) == 1)
            #expect(try await Self.install(twice, name: "store", in: store) == 1)
            let state = try await refusal {
                try await store.run("INSERT INTO martlet.event_types SELECT * FROM martlet.event_types")
            }
            #expect(state == "23505")
        }
    }

    @Test func `a description changes by its own path only`() async throws {
        try await withStore { store in
            let registry = RegistryStore(store.database)
            _ = try await Self.install(Self.shop, in: store)
            let key = RegisteredEventType.Key(plugin: "shop", event: "stock.low")
            #expect(try await registry.describe(key, as: "Better words"))
            #expect(try await Self.install(Self.shop, in: store) == 0)
            #expect(try await registry.find(key)?.description == "Better words")
            #expect(try await !registry.describe(.init(plugin: "shop", event: "none"), as: ""))
            #expect(try await !registry.describe(.init(plugin: "core", event: "stock.low"), as: ""))
        }
    }

    @Test func `the system events come with the gateway`() async throws {
        try await withStore { store in
            let types = try await RegistryStore(store.database).list(plugin: "core", after: nil, limit: 100)
            #expect(
                types.map(\.key.event) == [
                    "auth.login", "auth.logout", "deployment.completed", "emailmarketing.subscribed", "form.submitted",
                    "media.deleted", "media.uploaded", "order.created", "page.draft_discarded", "page.published",
                    "user.registered",
                ])
            #expect(types.allSatisfy { $0.kind == "system" && !$0.description.isEmpty })
            let own = try await RegistryStore(store.database).list(plugin: "martlet", after: nil, limit: 100)
            #expect(
                own.map(\.key.event) == [
                    "webhook.delivery.exhausted", "webhook.subscription.disabled", "webhook.subscription.recovered",
                ])
        }
    }

    @Test func `an event that nobody registered is dispatched and matches all the same`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.dispatch("never.heard.of")
            #expect(try await store.claim().map(\.eventName) == ["never.heard.of"])
        }
    }

    private static let refused = [
        "NULL, '{}', '[]'", "'a b', '{}', '[]'", "'core', '{}', '[]'", "'martlet', '{}', '[]'",
        "repeat('x', 65), '{}', '[]'",
        "'shop', '{a b}', '[]'", "'shop', '{NULL}', '[]'", "'shop', ARRAY[repeat('x', 116)], '[]'",
        "'shop', array_fill('a'::text, ARRAY[1001]), '[]'", "'shop', '{}', '{}'", "'shop', '{}', '[1]'",
        "'shop', '{}', '[{}]'", #"'shop', '{}', '[{"name": 1}]'"#, #"'shop', '{}', '[{"name": "a b"}]'"#,
        #"'shop', '{}', '[{"name": "a", "type": "system"}]'"#, #"'shop', '{}', '[{"name": "a", "type": 1}]'"#,
        #"'shop', '{}', '[{"name": "a", "description": 1}]'"#, #"'shop', '{}', '[{"name": "a", "more": 1}]'"#,
        #"'shop', '{}', jsonb_build_array(jsonb_build_object('name', 'a', 'description', repeat('x', 1001)))"#,
        #"'shop', '{}', (SELECT jsonb_agg(jsonb_build_object('name', 'a')) FROM generate_series(1, 1001))"#,
    ]

    @Test func `what no plugin may register is refused in SQL too`() async throws {
        try await withStore { store in
            for arguments in Self.refused {
                let state = try await refusal { try await store.run("SELECT martlet.install_plugin(\(arguments))") }
                #expect(state == .invalidParameterValue, "\(arguments)")
            }
            #expect(try await store.value("SELECT count(*)::text FROM martlet.plugins") == "2")
        }
    }
}
