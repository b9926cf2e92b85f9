internal import CLibCurl

/// Owns one libcurl easy handle and the transfer that runs on it, one after the other.
///
/// What never changes is set once; `begin` sets the rest. Confined to the curl thread, which is also where libcurl calls
/// back: the handle's own address is the context of its callbacks, unretained, so the handle must outlive its transfer
/// (`TransferLoop.active` sees to that).
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private let headerBytesMax: Int
    private let memory: ResponseMemory
    private let isAllowed: @Sendable (IPAddress) -> Bool
    private let headerLines = HeaderLines()
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// Where `TransferLoop.active` holds this handle.
    var activeIndex = 0
    private(set) var submission: Submission?
    /// Checked and set: nearly always the next request of a subscription.
    private var url = ""
    private(set) var startedAt = MonotonicTime.now
    private(set) var deadline = MonotonicTime.now

    // What the callbacks of the current transfer saw.
    var response: ResponseSink
    /// The connection stood and was allowed: the request was about to be sent.
    private(set) var isConnected = false
    private(set) var connectionWasTried = false
    private(set) var refusedAddress: IPAddress?
    private(set) var socketError: CInt?

    init(configuration: CurlConfiguration, share: UnsafeMutableRawPointer) {
        guard let raw = curl_easy_init() else { preconditionFailure("no memory for a curl handle") }
        self.raw = raw
        memory = configuration.responseMemory
        response = ResponseSink(bodyBytesMax: 0, headerBytesMax: 0, memory: memory)
        headerBytesMax = configuration.responseHeaderBytesMax
        isAllowed = configuration.addressGuard
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        setOptions(configuration, share: share)
    }

    deinit {
        // First, as it may still write to the error text.
        curl_easy_cleanup(raw)
        errorText.deallocate()
    }

    private func setOptions(_ configuration: CurlConfiguration, share: UnsafeMutableRawPointer) {
        let this = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_PRIVATE, this)
        set(CURLOPT_ERRORBUFFER, errorText)
        set(CURLOPT_SHARE, share)
        // The multi interface has one thread; signals would hit any of the process.
        set(CURLOPT_NOSIGNAL, 1)
        // A lookup that is given up is left behind. By default libcurl waits for the resolver's thread, and every other
        // transfer waits with it.
        set(CURLOPT_QUICK_EXIT, 1)

        set(CURLOPT_POST, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        // libcurl 7.88 fails HTTP/2 requests whose answer comes before their body has been sent.
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        // Empty rather than unset: the environment's http_proxy would see the requests, and the guard only the proxy.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_BUFFERSIZE, configuration.readBufferBytes)

        // With a directory set, which is Debian's default, the parsed certificates are not cached between connections.
        set(CURLOPT_CAPATH, nil as UnsafeRawPointer?)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = configuration.certificateAuthoritiesFile { set(CURLOPT_CAINFO, file) }

        check(clibcurl_set_open_socket_function(raw, openSocket))
        set(CURLOPT_OPENSOCKETDATA, this)
        check(clibcurl_set_prerequest_function(raw, beforeRequest))
        set(CURLOPT_PREREQDATA, this)
        check(clibcurl_set_write_function(raw, CURLOPT_HEADERFUNCTION, receiveHeader))
        set(CURLOPT_HEADERDATA, this)
        check(clibcurl_set_write_function(raw, CURLOPT_WRITEFUNCTION, receiveBody))
        set(CURLOPT_WRITEDATA, this)
    }

    /// Prepares the transfer; the caller hands the handle to libcurl and calls `end` after taking it back.
    func begin(_ submission: Submission) throws(TransferFailure) {
        let request = submission.request
        startedAt = .now
        deadline = startedAt + request.timeout
        response = ResponseSink(
            bodyBytesMax: request.responseBytesMax, headerBytesMax: headerBytesMax, memory: memory)
        isConnected = false
        connectionWasTried = false
        refusedAddress = nil
        socketError = nil
        errorText[0] = 0

        try setURL(request.url)
        let lines = try headerLines.fill(request.headers)
        set(CURLOPT_HTTPHEADER, lines)
        // libcurl reads the body in place. The array is kept in `submission` until the transfer has ended and nobody
        // writes to it, so its one block of bytes neither moves nor goes away.
        self.submission = submission
        request.body.withUnsafeBytes { bytes in
            // With no pointer libcurl would ask a read callback for the body.
            set(CURLOPT_POSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(errorText))
        }
        check(clibcurl_set_offset(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
        if request.body.count > Self.uploadBytesDefault {
            set(CURLOPT_UPLOAD_BUFFERSIZE, min(request.body.count, Self.uploadBytesMax))
        }
        // 0 would mean no limit.
        set(CURLOPT_TIMEOUT_MS, max(1, Int(request.timeout.milliseconds)))
        set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.connectTimeout.milliseconds)))
    }

    /// Up to here a body goes out together with the header section. A longer one goes through a buffer, by default of
    /// this length, and for each filling libcurl waits for the socket once more.
    private static let uploadBytesDefault = 65_536
    /// The longest buffer: a body of this length, which few batches exceed, goes out in one piece.
    private static let uploadBytesMax = 262_144

    /// Forgets the transfer, so that an idle handle holds no request or response.
    func end() {
        if let body = submission?.request.body, body.count > Self.uploadBytesDefault {
            // Which also frees the buffer.
            set(CURLOPT_UPLOAD_BUFFERSIZE, Self.uploadBytesDefault)
        }
        submission = nil
        response = ResponseSink(bodyBytesMax: 0, headerBytesMax: 0, memory: memory)
    }

    private func setURL(_ url: String) throws(TransferFailure) {
        guard url != self.url else { return }
        try checkURL(url)
        guard clibcurl_set_string(raw, CURLOPT_URL, url) == CURLE_OK else {
            throw TransferFailure(.invalidURL, "the URL is too long")
        }
        self.url = url
    }

    /// libcurl would guess a missing scheme, and stop reading at a NUL.
    private func checkURL(_ url: String) throws(TransferFailure) {
        let scheme = url.utf8.prefix { $0 != UInt8(ascii: ":") }
        guard scheme.isSame(asLowercased: "http") || scheme.isSame(asLowercased: "https"),
            url.utf8.dropFirst(scheme.count).starts(with: "://".utf8)
        else { throw TransferFailure(.invalidURL, "the URL does not begin with http:// or https://") }
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
            throw TransferFailure(.invalidURL, "the URL holds a space or a control character")
        }
    }

    /// Asks the guard about an address to connect to or to send to. A refusal is remembered for `TransferFailure`.
    func allows(_ address: IPAddress) -> Bool {
        let allowed = isAllowed(address)
        if !allowed { refusedAddress = address }
        return allowed
    }

    func connectionTried(socketError: CInt?) {
        connectionWasTried = true
        self.socketError = socketError
    }

    func connected() {
        isConnected = true
    }

    /// libcurl's own words about the failure: at most 255 bytes, possibly empty.
    var errorDetail: String { String(cString: errorText) }

    private func set(_ option: CURLoption, _ value: Int) { check(clibcurl_set_long(raw, option, value)) }
    private func set(_ option: CURLoption, _ value: String) { check(clibcurl_set_string(raw, option, value)) }
    private func set(_ option: CURLoption, _ value: UnsafeRawPointer?) {
        check(clibcurl_set_pointer(raw, option, value))
    }

    /// Each option counts: without one of them requests would go through a proxy or past the guard.
    private func check(_ code: CURLcode) {
        precondition(code == CURLE_OK, "curl option: \(String(cString: curl_easy_strerror(code)))")
    }
}
