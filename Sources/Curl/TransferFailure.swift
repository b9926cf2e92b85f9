/// Why a request got no complete answer.
public struct TransferFailure: Error, Hashable, Sendable {
    /// Raw values are stable: fit for metric labels and for rows in a database.
    public enum Kind: String, Sendable, CaseIterable {
        /// No connection within `connectTimeout`, or no complete answer within `timeout`.
        case timedOut = "timed_out"
        /// The host has no address, or the name servers did not say.
        case resolveFailed = "resolve_failed"
        /// No address of the host accepted the connection.
        case connectFailed = "connect_failed"
        /// Handshake or certificate check failed.
        case tlsFailed = "tls_failed"
        /// The address guard refused every address of the host, or that of the connection to be used again.
        case addressRefused = "address_refused"
        /// The answer broke off: the connection ended, or its chunks made no sense, before it was complete.
        case connectionClosed = "connection_closed"
        /// The response's header section is larger than a client should read.
        case responseTooLarge = "response_too_large"
        /// What came back is not HTTP.
        case protocolError = "protocol_error"
        /// Not an absolute `http` or `https` URL.
        case invalidURL = "invalid_url"
        /// A header that must not be sent.
        case invalidRequest = "invalid_request"
        /// The client was shut down before the answer came.
        case cancelled
        /// Anything else, such as no free file descriptor in this process.
        case other
    }

    public let kind: Kind
    /// A sentence for operators. May name host, address and port; never holds a path, a query, credentials or a header's
    /// value.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension TransferFailure: CustomStringConvertible {
    public var description: String { "\(kind.rawValue): \(message)" }
}
