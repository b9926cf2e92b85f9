import Testing

struct LanePlanTests {
    /// Which plan is chosen depends on sizes and statistics that no test holds still; what is ruled out does not.
    @Test(arguments: [
        "claim_waiting", "release_lanes", "next_batch_due", "begin_flush", "advance_prompt_lanes", "next_in_order",
        "tend",
    ])
    func `what looks for the first of a lane may not sort what is due in all lanes`(function: String) async throws {
        try await withStore { store in
            let settings = try await store.rows(
                """
                SELECT unnest(proconfig) FROM pg_proc
                WHERE pronamespace = 'martlet'::regnamespace AND proname = '\(function)'
                """)
            #expect(settings.contains("enable_incremental_sort=off"))
            #expect(settings.contains("enable_seqscan=off"))
        }
    }
}
