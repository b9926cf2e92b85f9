/// The wording of `error_message` and of `disabled_reason`.
public enum ErrorMessage {
    public static let bytesMax = 500

    static func of(status: Int) -> String {
        switch status {
        case 300...399: "HTTP \(status) (redirections are not followed)"
        case 410: "HTTP 410 (gone)"
        default: "HTTP \(status)"
        }
    }

    static func of(reason: FailureReason, message: String, duration: Duration) -> String {
        let noun =
            switch reason {
            case .timedOut: "timed out after \(seconds(duration))"
            case .resolveFailed: "host name not resolved"
            case .connectFailed: "connection failed"
            case .tlsFailed: "TLS failed"
            case .addressRefused: "address refused"
            case .connectionClosed: "connection closed before the answer was complete"
            case .responseTooLarge: "answer too large"
            case .protocolError: "answer is no HTTP"
            case .invalidURL: "invalid URL"
            case .invalidRequest: "invalid request"
            case .other: "request failed"
            }
        return bounded(message.isEmpty ? noun : "\(noun): \(message)")
    }

    /// One line of at most `bytesMax` bytes: longer text is cut between characters and ends in `…`. Control characters
    /// become spaces, as PostgreSQL refuses NUL and a log line must stay one line.
    public static func bounded(_ text: String) -> String {
        let ellipsis = "…"
        var result = ""
        var bytes = 0
        for scalar in text.unicodeScalars {
            let shown = scalar.properties.generalCategory == .control ? " " : scalar
            guard bytes + UTF8.width(shown) <= bytesMax else {
                while bytes + ellipsis.utf8.count > bytesMax, let last = result.unicodeScalars.popLast() {
                    bytes -= UTF8.width(last)
                }
                return result + ellipsis
            }
            result.unicodeScalars.append(shown)
            bytes += UTF8.width(shown)
        }
        return result
    }

    /// `10 s`, `0.7 s`: to the nearest tenth.
    private static func seconds(_ duration: Duration) -> String {
        let tenths = (max(0, duration.wholeMilliseconds) + 50) / 100
        return tenths.isMultiple(of: 10) ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
