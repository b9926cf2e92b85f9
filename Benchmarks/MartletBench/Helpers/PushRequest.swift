import GatewayCrypto

/// Signed pushes, made once: `rows` of five cells, to several tables in turn, and to each with other prices than before:
/// what is the same would not be stored again.
final class PushRequest: LoadRequest {
    private let requests: [UnsafeMutableRawBufferPointer]
    private(set) var bytes: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - tables: an id and a secret each; at least one.
    ///   - count: of bytes that a body has, about.
    init(tables: [(id: String, secret: String)], bytes count: Int) {
        let bodies = ["14.95", "15.25"].map { Array(Self.body(bytes: count, price: $0).utf8) }
        let pushes = bodies.flatMap { body in tables.map { (table: $0, body: body) } }
        requests = pushes.map { table, body in
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

    private static func body(bytes: Int, price: String) -> String {
        let row = #"["TEA-0815","Green tea, 250 g",\#(price),"<b>in stock</b>",null]"#
        var body = #"{"rows":["# + row
        while body.utf8.count + row.utf8.count + 3 <= bytes { body += "," + row }
        return body + "]}"
    }
}
