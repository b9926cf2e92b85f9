import Postgres

extension TestStore {
    /// The events so far, in their order: `created {"id":1}`, without what all names begin with.
    func emitted(_ prefix: String = "item.orders.") async throws(PostgresError) -> [String] {
        try await rows("SELECT event_name || ' ' || payload FROM martlet.events ORDER BY id").map { row in
            let row = row ?? ""
            return row.hasPrefix(prefix) ? String(row.dropFirst(prefix.count)) : row
        }
    }

    func countEvents() async throws(PostgresError) -> String? {
        try await value("SELECT count(*)::text FROM martlet.events")
    }

    /// Makes the table `orders` and has it watched.
    ///
    /// - Parameter options: more arguments of `martlet.watch`.
    func watchOrders(_ options: String = "") async throws {
        try await run(
            """
            CREATE TABLE public.orders (id int PRIMARY KEY, status text, total numeric);
            SELECT martlet.watch('public.orders'\(options.isEmpty ? "" : ", \(options)"));
            """)
    }

    /// Runs `script` in a transaction and returns how often it called the function `name`.
    func calls(of name: String, in script: String) async throws -> String? {
        try await database.withSession { session in
            try await session.script("SET track_functions = 'all'; BEGIN; \(script)")
            let calls = try await session.value(
                "SELECT pg_stat_get_xact_function_calls('martlet.\(name)'::regproc)::text")
            try await session.script("COMMIT; RESET track_functions")
            return calls
        }
    }
}
