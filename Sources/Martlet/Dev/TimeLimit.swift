/// Waits for `body`, but not for ever.
///
/// - Parameter failure: what has not happened when the time is over.
/// - Throws: ``CommandError`` when the time is over; `body` is cancelled then.
func within<Result: Sendable>(
    _ limit: Duration, _ failure: String, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else {
            throw CommandError("\(failure) within \(limit.components.seconds) seconds")
        }
        return result
    }
}
