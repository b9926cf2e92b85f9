import LoopbackReceiver

/// How the receiver answers, as the path of a subscription's URL says it: `/hooks/after/20/bytes/65536`.
struct ReceiverBehaviour: Sendable {
    /// Never answers.
    var hangs = false
    /// Milliseconds until the answer.
    var delay: Int64 = 0
    /// Of the answer's body.
    var bytes: Int64 = 0
    /// Of so many requests one is taken and the others are answered with 429; 0: all are taken.
    var takesOneIn: Int64 = 0

    /// 200 at once, with nothing in it.
    static let plain = ReceiverBehaviour()

    /// What a receiver that is asked too much asks for, in seconds.
    private static let retryAfter = "1"

    var path: String {
        "/hooks" + (hangs ? "/hang" : "") + (delay > 0 ? "/after/\(delay)" : "")
            + (bytes > 0 ? "/bytes/\(bytes)" : "") + (takesOneIn > 0 ? "/one-in/\(takesOneIn)" : "")
    }

    /// - Parameter count: which request this is of those that are not plain.
    func reply(passing count: Int) -> ReceiverReply {
        if hangs { return .hang }
        if takesOneIn > 0, !count.isMultiple(of: Int(takesOneIn)) {
            return .respond(429, headers: [(name: "Retry-After", value: Self.retryAfter)])
        }
        let answer = ReceiverReply.respond(body: [UInt8](repeating: UInt8(ascii: "x"), count: Int(bytes)))
        return delay > 0 ? .delayed(.milliseconds(delay), answer) : answer
    }
}

extension ReceiverBehaviour {
    /// Reads what `path` has written.
    init(requestHead head: [UInt8]) {
        head.withUnsafeBytes { head in
            hangs = ByteSearch.end(of: "/hang ", in: head) != nil
            delay = ByteSearch.number(after: "/after/", in: head) ?? 0
            bytes = ByteSearch.number(after: "/bytes/", in: head) ?? 0
            takesOneIn = ByteSearch.number(after: "/one-in/", in: head) ?? 0
        }
    }
}
