internal import WebhookStore

/// By which statement an attempt is recorded: what is usual by a shorter one. Pure.
enum RecordingPath: CaseIterable {
    case plainSuccess
    case deliveredBatch
    case other

    /// The attempts of one set, in the order in which the paths are taken.
    ///
    /// A batch that arrived stays with what failed for the same subscription in the set: its breaker counts both in the
    /// order in which they happened.
    static func split(_ set: [FinishedAttempt]) -> [(path: RecordingPath, attempts: [FinishedAttempt])] {
        let mixed = Set(
            set.lazy.filter { !$0.isPlainSuccess && !$0.isDeliveredBatch }.map(\.subscription.id))
        let paths = Dictionary(grouping: set) { attempt -> RecordingPath in
            if attempt.isPlainSuccess { return .plainSuccess }
            return attempt.isDeliveredBatch && !mixed.contains(attempt.subscription.id) ? .deliveredBatch : .other
        }
        return allCases.compactMap { path in paths[path].map { (path, $0) } }
    }
}
