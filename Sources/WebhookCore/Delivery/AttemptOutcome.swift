/// What came of one request: an answer, whatever its status, or none.
public enum AttemptOutcome: Sendable, Hashable {
    /// The receiver answered.
    ///
    /// - `retryAfter`: the text of its `Retry-After` header, unread.
    /// - `body`: at most the first 64 KiB; `truncated` when there was more.
    /// - `duration`: from sending to the end of the answer.
    case responded(status: Int, retryAfter: String?, body: [UInt8], truncated: Bool, duration: Duration)
    /// There was no complete answer. `message` says more than `reason`, for people, and holds no secret.
    case failed(reason: FailureReason, message: String, duration: Duration)

    /// Only 2xx is a success; redirections are not followed and count as failures.
    public var isSuccess: Bool {
        guard case .responded(let status, _, _, _, _) = self else { return false }
        return (200...299).contains(status)
    }

    /// The status of the answer; `nil` when there was none.
    public var status: Int? {
        guard case .responded(let status, _, _, _, _) = self else { return nil }
        return status
    }

    public var duration: Duration {
        switch self {
        case .responded(_, _, _, _, let duration), .failed(_, _, let duration): duration
        }
    }

    /// What `error_message` says, at most `ErrorMessage.bytesMax` bytes; `nil` for a success.
    public var errorMessage: String? {
        switch self {
        case .responded: status.flatMap { isSuccess ? nil : ErrorMessage.of(status: $0) }
        case .failed(let reason, let message, let duration):
            ErrorMessage.of(reason: reason, message: message, duration: duration)
        }
    }
}
