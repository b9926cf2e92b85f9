/// Waits for a condition that only asking can tell, such as the contents of a table.
///
/// Asks every 10 ms. Where there is a signal to wait for (a line of output, a notification), wait for that instead.
///
/// - Throws: ``EventuallyError`` when the condition does not come true in time; whatever `condition` throws, at once.
public func eventually(
    _ what: String = "the condition",
    within limit: Duration = .seconds(10),
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try await !condition() {
        guard clock.now < deadline else { throw EventuallyError(what: what, limit: limit) }
        try await clock.sleep(for: .milliseconds(10))
    }
}

/// A condition that did not come true.
public struct EventuallyError: Error, CustomStringConvertible {
    public let what: String
    public let limit: Duration

    public var description: String { "\(what) did not come true within \(limit)" }
}
