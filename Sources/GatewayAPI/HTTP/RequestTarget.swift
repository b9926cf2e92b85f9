/// The target of a request taken apart (RFC 9112 §3.2.1).
struct RequestTarget {
    /// As it was sent: no path of this API needs percent-encoding.
    let path: Substring
    let query: Query

    init(_ target: String) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            (path, query) = (target[...], Query(""))
            return
        }
        path = target[..<mark]
        query = Query(target[target.index(after: mark)...])
    }
}
