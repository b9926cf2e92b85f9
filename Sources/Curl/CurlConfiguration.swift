/// What all requests of one client share.
public struct CurlConfiguration: Sendable {
    /// Connections kept open, busy or idle: beyond it the longest idle one is closed. Not a limit of requests in flight,
    /// which is the caller's to set. 1–65,536.
    public var connectionsMax: Int
    /// Connections to one host and port at a time; further requests wait for one within their own `timeout`. 0: no limit.
    public var connectionsPerHostMax: Int
    /// Bytes of status lines and header fields read of one response, interim (1xx) responses included. At least 1.
    public var responseHeaderBytesMax: Int
    /// What all responses together may take. Whoever gives it here releases what the responses it is given take.
    public var responseMemory: ResponseMemory
    /// Bytes read at once; each request in flight has a buffer of this size. 1,024–524,288.
    public var readBufferBytes: Int
    /// PEM file of the certificate authorities to trust instead of the system's.
    public var certificateAuthoritiesFile: String?
    /// Whether a request may go to this address. Asked on the curl thread for every address before a connection to it is
    /// opened, and again for every request before it is sent, also over a connection opened earlier. Must not block.
    public var addressGuard: @Sendable (IPAddress) -> Bool
    /// Called on the thread of the completions after one or more of them: once for all requests that ended together.
    public var completionsCalled: @Sendable () -> Void

    public init(
        connectionsMax: Int = 512,
        connectionsPerHostMax: Int = 0,
        responseHeaderBytesMax: Int = 65_536,
        responseMemory: ResponseMemory = ResponseMemory(bytesMax: .max),
        readBufferBytes: Int = 16_384,
        certificateAuthoritiesFile: String? = nil,
        addressGuard: @escaping @Sendable (IPAddress) -> Bool,
        completionsCalled: @escaping @Sendable () -> Void = {}
    ) {
        precondition((1...65_536).contains(connectionsMax))
        precondition((0...65_536).contains(connectionsPerHostMax))
        precondition(responseHeaderBytesMax >= 1)
        precondition((1_024...524_288).contains(readBufferBytes))
        self.connectionsMax = connectionsMax
        self.connectionsPerHostMax = connectionsPerHostMax
        self.responseHeaderBytesMax = responseHeaderBytesMax
        self.responseMemory = responseMemory
        self.readBufferBytes = readBufferBytes
        self.certificateAuthoritiesFile = certificateAuthoritiesFile
        self.completionsCalled = completionsCalled
        self.addressGuard = addressGuard
    }
}
