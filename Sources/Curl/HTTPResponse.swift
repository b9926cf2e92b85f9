/// A final answer, whatever its status: a receiver that answers 500 has answered. Redirects are not followed.
public struct HTTPResponse: Sendable, Equatable {
    /// 200–999, as sent; 1xx answers before the final one are skipped.
    public var status: Int
    /// The `Retry-After` field as sent (RFC 9110 §10.2.3), without surrounding white space. Of several the last counts;
    /// one of more than 128 bytes is ignored.
    public var retryAfter: String?
    /// At most `HTTPRequest.responseBytesMax` bytes, transfer coding removed.
    public var body: [UInt8]
    /// The receiver sent more than `body` holds. What exceeds `HTTPRequest.responseBytesMax` was not read, and the connection
    /// was closed; what exceeds `CurlConfiguration.responseMemory` was read and dropped.
    public var truncated: Bool

    public init(status: Int, retryAfter: String? = nil, body: [UInt8] = [], truncated: Bool = false) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
        self.truncated = truncated
    }
}
