/// One POST.
public struct HTTPRequest: Sendable {
    /// Absolute, `http` or `https`. Sent as libcurl reads it: `localhost`, decimal and hexadecimal spellings of an
    /// address are resolved, and judged by the address guard, like any other name.
    public var url: String
    /// Sent in this order. Nothing is added but `Host` and `Content-Length`: no `Accept`, `User-Agent` or `Content-Type`
    /// unless given here.
    ///
    /// `Content-Length`, `Transfer-Encoding` and `Expect` belong to the client; a request with one of them fails with
    /// `invalidRequest`, as does one with a name that is no token (RFC 9110 §5.1) or a CR, LF or NUL in a value.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// For the whole request, name resolution and waiting for a connection included. At least 1 ms.
    public var timeout: Duration
    /// For name resolution, connection and TLS handshake. At least 1 ms.
    public var connectTimeout: Duration
    /// How much of the response's body is read and kept.
    public var responseBytesMax: Int

    public init(
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5),
        responseBytesMax: Int = 65_536
    ) {
        precondition(responseBytesMax >= 0)
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.responseBytesMax = responseBytesMax
    }
}
