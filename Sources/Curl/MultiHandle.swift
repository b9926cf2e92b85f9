internal import CLibCurl

/// Owns a libcurl multi handle and what its transfers share: connections, resolved names and TLS sessions.
///
/// `@unchecked Sendable`: `wake` may be called on any thread (`curl_multi_wakeup` is made for that) until `close`, which
/// `SubmissionQueue` guards with its lock; everything else belongs to the curl thread.
final class MultiHandle: @unchecked Sendable {
    private let raw: UnsafeMutableRawPointer
    /// TLS sessions would otherwise be kept per easy handle, and a pooled handle seldom meets the same host twice. Used
    /// on one thread only, so it needs no lock functions.
    let share: UnsafeMutableRawPointer

    init(configuration: CurlConfiguration) {
        Self.initializeLibrary
        guard let raw = curl_multi_init(), let share = curl_share_init() else {
            preconditionFailure("no memory for curl")
        }
        self.raw = raw
        self.share = share
        set(CURLMOPT_MAXCONNECTS, configuration.connectionsMax)
        set(CURLMOPT_MAX_HOST_CONNECTIONS, configuration.connectionsPerHostMax)
        precondition(clibcurl_share(share, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK)
    }

    /// Once per process, before any other call; never undone, as other code of the process may use libcurl too.
    private static let initializeLibrary: Void = {
        precondition(curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, "libcurl does not start")
    }()

    private func set(_ option: CURLMoption, _ value: Int) {
        precondition(clibcurl_multi_set_long(raw, option, value) == CURLM_OK)
    }

    /// Ends the current or the next `wait`.
    func wake() {
        curl_multi_wakeup(raw)
    }

    /// Whether libcurl has taken the transfer on.
    func add(_ handle: EasyHandle) -> Bool {
        curl_multi_add_handle(raw, handle.raw) == CURLM_OK
    }

    func remove(_ handle: EasyHandle) {
        let code = curl_multi_remove_handle(raw, handle.raw)
        precondition(code == CURLM_OK, String(cString: curl_multi_strerror(code)))
    }

    /// Does what can be done without waiting.
    func perform() {
        var running: CInt = 0
        curl_multi_perform(raw, &running)
    }

    /// The next transfer that has ended; it still has to be removed.
    func nextEnded() -> (handle: EasyHandle, code: CURLcode)? {
        var left: CInt = 0
        while let message = curl_multi_info_read(raw, &left) {
            // The message is gone once its handle is removed.
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            var context: UnsafeMutableRawPointer?
            clibcurl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
            guard let context else { preconditionFailure("every easy handle carries its owner") }
            return (Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue(), message.pointee.data.result)
        }
        return nil
    }

    /// Sleeps until a socket is ready, a timer of libcurl's is due, `wake` is called or `milliseconds` have passed.
    ///
    /// `false` when the system refused to wait: libcurl is out of memory or file descriptors.
    func wait(milliseconds: CInt) -> Bool {
        curl_multi_poll(raw, nil, 0, milliseconds, nil) == CURLM_OK
    }

    /// Closes the connections. Nothing may be called after that; all easy handles have been removed and freed.
    func close() {
        curl_multi_cleanup(raw)
        curl_share_cleanup(share)
    }
}
