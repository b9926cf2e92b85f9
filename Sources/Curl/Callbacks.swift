internal import CLibCurl
import Glibc

// libcurl calls these on the curl thread, from within `curl_multi_perform`. `context` is the `EasyHandle`, unretained: it
// outlives the transfer. File-level functions, so that no actor's isolation is checked on a thread that has none.

private func handle(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
    context.map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
}

/// Part of the response's body. Any result but the number of bytes ends the transfer with `CURLE_WRITE_ERROR`.
func receiveBody(bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?) -> Int {
    guard let handle = handle(context) else { return 0 }
    let body = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return handle.response.append(body: body) ? body.count : 0
}

/// One line of the response's header section or trailer. Result as for `receiveBody`.
func receiveHeader(bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?) -> Int
{
    guard let handle = handle(context) else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return handle.response.append(headerLine: line) ? line.count : 0
}

/// About to connect to one of the host's addresses. `CURL_SOCKET_BAD` makes libcurl go on to the next one, or fail with
/// `CURLE_COULDNT_CONNECT` after the last: no packet has left by then.
func openSocket(
    context: UnsafeMutableRawPointer?, purpose: curlsocktype, address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let handle = handle(context), let address, let to = IPAddress(clibcurl_address(address)), handle.allows(to)
    else { return CURL_SOCKET_BAD }
    // Child processes must not inherit connections.
    let type = address.pointee.socktype | CInt(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.pointee.family, type, address.pointee.protocol)
    handle.connectionTried(socketError: descriptor < 0 ? errno : nil)
    return descriptor < 0 ? CURL_SOCKET_BAD : descriptor
}

/// The connection stands, new or used before, and the request is about to be sent. The second look matters for the latter:
/// no socket is opened for them.
func beforeRequest(
    context: UnsafeMutableRawPointer?, remoteAddress: UnsafeMutablePointer<CChar>?,
    localAddress: UnsafeMutablePointer<CChar>?, remotePort: CInt, localPort: CInt
) -> CInt {
    guard let handle = handle(context), let remoteAddress, let to = IPAddress(String(cString: remoteAddress)),
        handle.allows(to)
    else { return CURL_PREREQFUNC_ABORT }
    handle.connected()
    return CURL_PREREQFUNC_OK
}
