/// Why a request got no complete answer, as a noun for metric labels and rows. The raw values are stable.
///
/// A request that the gateway itself gave up, because it was told to stop, is no outcome and has no reason here.
public enum FailureReason: String, Sendable, Hashable, CaseIterable {
    /// No connection, or no complete answer, within the time allowed.
    case timedOut = "timed_out"
    /// The host name has no address, or the name servers did not say.
    case resolveFailed = "resolve_failed"
    /// No address of the host accepted the connection.
    case connectFailed = "connect_failed"
    /// No TLS session: certificate, host name, version.
    case tlsFailed = "tls_failed"
    /// The address guard refused every address of the host.
    case addressRefused = "address_refused"
    /// The connection ended before the answer did.
    case connectionClosed = "connection_closed"
    /// The headers of the answer are larger than is read.
    case responseTooLarge = "response_too_large"
    /// What came back is no HTTP.
    case protocolError = "protocol_error"
    /// The URL cannot be used.
    case invalidURL = "invalid_url"
    /// A header that must not be sent.
    case invalidRequest = "invalid_request"
    /// Anything else.
    case other
}
