internal import WebhookStore

/// By which statement an attempt is recorded: what is usual by a shorter one. Pure.
enum RecordingPath: CaseIterable {
    case plainSuccess
    case deliveredBatch
    case other

    /// The attempts of one set, in the order in which the paths are taken.
    ///
    /// What arrived stays with what failed for the same subscription in the set: its breaker counts both in the order in
    /// which they happened, or the failures of a busy set would follow each other that never did.
    static func split(_ set: [FinishedAttempt]) -> [(path: RecordingPath, attempts: [FinishedAttempt])] {
        let failing = Set(set.lazy.filter { $0.verdict.fate != .delivered }.map(\.subscription.id))
        let paths = Dictionary(grouping: set) { attempt -> RecordingPath in
            if failing.contains(attempt.subscription.id) { return .other }
            if attempt.isPlainSuccess { return .plainSuccess }
            return attempt.isDeliveredBatch ? .deliveredBatch : .other
        }
        return allCases.compactMap { path in paths[path].map { (path, $0) } }
    }
}
