import Postgres
import TestSupport

/// Lends `body` a client that has the rights of `membership` and no others, as a login role of that program would.
///
/// Roles belong to the whole server: this one goes with the test.
func withRole<R: Sendable>(
    _ membership: String, of store: TestStore, _ body: (PostgresClient) async throws -> R
) async throws -> R {
    let role = "martlet_test_\(RandomName.make(8))"
    try await store.run("CREATE ROLE \(role) LOGIN IN ROLE \(membership)")
    let result: R
    do {
        result = try await withClient(store.url, role: role) { try await body($0) }
    } catch {
        try? await store.run("DROP ROLE \(role)")
        throw error
    }
    try await store.run("DROP ROLE \(role)")
    return result
}

extension TestStore {
    /// Every table, partition and view of the schema.
    func relations() async throws -> [String] {
        try await rows(
            """
            SELECT oid::regclass::text FROM pg_class
            WHERE relnamespace = 'martlet'::regnamespace AND relkind IN ('r', 'p', 'v') ORDER BY 1
            """
        ).compactMap { $0 }
    }

    /// The relations, columns included, that `role` may change in any way.
    func changeable(by role: String) async throws -> [String?] {
        try await rows(
            """
            SELECT DISTINCT oid::regclass::text
            FROM pg_class, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS action
            WHERE relnamespace = 'martlet'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
              AND CASE
                  WHEN relkind = 'S' THEN has_sequence_privilege('\(role)', oid, 'UPDATE')
                  ELSE has_table_privilege('\(role)', oid, action)
                      OR (action IN ('INSERT', 'UPDATE', 'REFERENCES')
                          AND has_any_column_privilege('\(role)', oid, action))
              END
            ORDER BY 1
            """)
    }

    /// The names of the functions that `role` may call.
    func callable(by role: String) async throws -> [String?] {
        try await rows(
            """
            SELECT DISTINCT proname::text FROM pg_proc
            WHERE pronamespace = 'martlet'::regnamespace AND has_function_privilege('\(role)', oid, 'EXECUTE')
            ORDER BY 1
            """)
    }
}
