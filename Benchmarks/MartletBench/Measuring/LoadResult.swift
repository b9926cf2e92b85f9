/// What came of one run of the load client.
struct LoadResult: Sendable {
    let summary: Summary
    /// Of the accepted events.
    let records: [SentRecord]

    /// Accepted events a second, from the first request to the last answer.
    var rate: Double { Double(records.count) * 1e9 / Double(summary["elapsed_ns"]) }
}
