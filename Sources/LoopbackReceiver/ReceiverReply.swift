/// What a `LoopbackReceiver` does with a request.
public enum ReceiverReply: Sendable {
    /// A complete response; `Content-Length` is added. The connection stays open unless a `Connection: close` is among the
    /// headers.
    case response(status: Int, headers: [(name: String, value: String)], body: [UInt8])
    /// The inner reply, later. Other connections are served meanwhile.
    indirect case delayed(Duration, ReceiverReply)
    /// No answer, ever; the connection stays open.
    case hang
    /// Closes the connection without an answer.
    case close
    /// These bytes, then the connection is closed.
    case raw([UInt8])
    /// `start`, then `unit` again and again as fast as they are read, until the other side closes.
    case endless(start: [UInt8], unit: [UInt8])
    /// As `endless`, but one `unit` per `interval`.
    case dripping(start: [UInt8], unit: [UInt8], interval: Duration)
}

extension ReceiverReply {
    public static func respond(
        _ status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) -> ReceiverReply {
        .response(status: status, headers: headers, body: body)
    }

    public static func respond(
        after delay: Duration, _ status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) -> ReceiverReply {
        .delayed(delay, .response(status: status, headers: headers, body: body))
    }

    /// Text as it is, line ends (`\r\n`) included, then the connection is closed.
    public static func raw(_ text: String) -> ReceiverReply { .raw(Array(text.utf8)) }

    /// A status line and a body without end, 4 KiB at a time.
    public static func endlessBody(status: Int = 200) -> ReceiverReply {
        .endless(
            start: Array("HTTP/1.1 \(status) \r\n\r\n".utf8), unit: Array(repeating: UInt8(ascii: "x"), count: 4_096))
    }

    /// Header fields without end.
    public static var endlessHeaders: ReceiverReply {
        .endless(
            start: Array("HTTP/1.1 200 OK\r\n".utf8),
            unit: Array("X-Filler: \(String(repeating: "x", count: 100))\r\n".utf8))
    }

    /// A body without end, one byte per `interval`.
    public static func drip(every interval: Duration, status: Int = 200) -> ReceiverReply {
        .dripping(start: Array("HTTP/1.1 \(status) \r\n\r\n".utf8), unit: [UInt8(ascii: "x")], interval: interval)
    }

    /// The bytes of a complete response.
    static func encode(status: Int, headers: [(name: String, value: String)], body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + headers.count * 48 + body.count)
        bytes.append(contentsOf: "HTTP/1.1 \(status) \r\nContent-Length: \(body.count)\r\n".utf8)
        for (name, value) in headers { bytes.append(contentsOf: "\(name): \(value)\r\n".utf8) }
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: body)
        return bytes
    }

    /// The most frequent answer, made once.
    static let emptyOK = encode(status: 200, headers: [], body: [])
}
