import GatewayCrypto

/// Signed pushes, made once: `rows` of five cells, to several tables in turn.
final class PushRequest: LoadRequest {
    private let requests: [UnsafeMutableRawBufferPointer]
    private(set) var bytes: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - tables: an id and a secret each; at least one.
    ///   - count: of bytes that a body has, about.
    init(tables: [(id: String, secret: String)], bytes count: Int) {
        let body = Array(Self.body(bytes: count).utf8)
        requests = tables.map { table in
            let signature = Hex.encode(HMACKey(Array(table.secret.utf8)).authenticationCode(for: body))
            let head = [
                "POST /v1/tables/\(table.id)/webhook HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
                "X-MMT-Signature: sha256=\(signature)", "Content-Length: \(body.count)", "", "",
            ].joined(separator: "\r\n")
            let request = UnsafeMutableRawBufferPointer.allocate(byteCount: head.utf8.count + body.count, alignment: 1)
            request.copyBytes(from: Array(head.utf8) + body)
            return request
        }
        bytes = requests[0]
    }

    deinit { for request in requests { request.deallocate() } }

    func set(number: Int64) {
        bytes = requests[Int(number % Int64(requests.count))]
    }

    private static func body(bytes: Int) -> String {
        let row = #"["TEA-0815","Green tea, 250 g",14.95,"<b>in stock</b>",null]"#
        var body = #"{"rows":["# + row
        while body.utf8.count + row.utf8.count + 3 <= bytes { body += "," + row }
        return body + "]}"
    }
}
