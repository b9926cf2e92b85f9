import Postgres
import Testing
import WebhookCore
import WebhookStore

struct DispatchRefusalTests {
    private static let refused = [
        // Names.
        "'', '{}'", "NULL, '{}'", "'a.', '{}'", "'.a', '{}'", "'a..b', '{}'", "'a b', '{}'", "'a.*', '{}'", "'ä', '{}'",
        "E'a\\n', '{}'", "repeat('a', 129), '{}'",
        // Data.
        "'a', NULL", "'a', ('\"' || repeat('x', 1048575) || '\"')::json",
        "'a', (repeat('[', 513) || repeat(']', 513))::json",
        // Keys.
        "'a', '{}', ''", "'a', '{}', repeat('k', 256)",
        // Tenants.
        "'a', '{}', NULL, ''", "'a', '{}', NULL, NULL", "'a', '{}', NULL, 'a b'", "'a', '{}', NULL, repeat('t', 65)",
    ]

    @Test func `a value out of range is refused with 22023 and nothing is stored`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            for arguments in Self.refused {
                let state = try await refusal {
                    _ = try await store.rows("SELECT martlet.dispatch(\(arguments))::text")
                }
                #expect(state == .invalidParameterValue, "\(arguments)")
            }
            for table in ["events", "pending", "waiting", "idempotency_keys"] {
                #expect(try await store.value("SELECT count(*)::text FROM martlet.\(table)") == "0")
            }
        }
    }

    private static let taken = [
        "repeat('a', 128), '{}'", "'A-b_1.c', '{}'",
        "'a', ('\"' || repeat('x', 1048574) || '\"')::json",
        "'a', (repeat('[', 512) || repeat(']', 512))::json",
        "'a', '{}', repeat('k', 255)", "'a', '{}', NULL, repeat('t', 64)",
    ]

    @Test func `a value at the end of its range is taken`() async throws {
        try await withStore { store in
            for (position, arguments) in Self.taken.enumerated() {
                let id = try await store.value("SELECT martlet.dispatch(\(arguments))::text")
                #expect(id != nil, "\(arguments)")
                #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "\(position + 1)")
            }
        }
    }
}
