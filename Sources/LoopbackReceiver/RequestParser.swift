import Glibc

/// Cuts a stream of bytes into HTTP/1.1 requests (RFC 9112), as lenient as a receiver in a test may be.
struct RequestParser {
    enum Event {
        case request(head: [UInt8], body: [UInt8])
        /// The other side waits for a `100 Continue` before it sends the body.
        case expectsContinue
    }

    struct Malformed: Error {}

    private enum State {
        /// Looking for the end of the head; so many bytes of it hold no end.
        case head(searched: Int)
        case body(head: [UInt8], count: Int)
        case chunkSize(head: [UInt8], body: [UInt8])
        case chunk(head: [UInt8], body: [UInt8], count: Int)
        case trailer(head: [UInt8], body: [UInt8])
    }

    /// A request that does not fit is malformed: tests send megabytes, not more.
    private static let bufferedBytesMax = 64 << 20

    private var buffer: [UInt8] = []
    private var start = 0
    private var state = State.head(searched: 0)

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 65_536 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
        guard buffer.count <= Self.bufferedBytesMax else { throw Malformed() }
    }

    /// The next event in what has been appended; `nil` when more bytes are needed.
    mutating func next() throws(Malformed) -> Event? {
        while true {
            switch state {
            case .head(let searched):
                // Anything else would not end, such as the handshake of a client that expects TLS.
                guard start == buffer.count || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(buffer[start]) else {
                    throw Malformed()
                }
                guard let end = find("\r\n\r\n", from: start + searched) else {
                    // The end may lie across two appends.
                    state = .head(searched: max(0, buffer.count - start - 3))
                    return nil
                }
                let head = Array(buffer[start..<end])
                start = end + 4
                let framing = try Framing(head)
                state =
                    framing.isChunked ? .chunkSize(head: head, body: []) : .body(head: head, count: framing.bodyCount)
                if framing.expectsContinue, start == buffer.count { return .expectsContinue }

            case .body(let head, let count):
                guard buffer.count - start >= count else { return nil }
                let body = Array(buffer[start..<start + count])
                start += count
                state = .head(searched: 0)
                return .request(head: head, body: body)

            case .chunkSize(let head, let body):
                guard let end = find("\r\n", from: start) else { return nil }
                let digits = buffer[start..<end].prefix { $0 != UInt8(ascii: ";") }.trimmed
                guard let count = Int(String(decoding: digits, as: UTF8.self), radix: 16), count >= 0,
                    count <= Self.bufferedBytesMax
                else { throw Malformed() }
                start = end + 2
                state = count == 0 ? .trailer(head: head, body: body) : .chunk(head: head, body: body, count: count)

            case .chunk(let head, let body, let count):
                guard buffer.count - start >= count + 2 else { return nil }
                let whole = body + buffer[start..<start + count]
                guard whole.count <= Self.bufferedBytesMax else { throw Malformed() }
                start += count + 2
                state = .chunkSize(head: head, body: whole)

            case .trailer(let head, let body):
                guard let end = find("\r\n", from: start) else { return nil }
                let isLast = end == start
                start = end + 2
                if isLast {
                    state = .head(searched: 0)
                    return .request(head: head, body: body)
                }
            }
        }
    }

    private func find(_ needle: StaticString, from offset: Int) -> Int? {
        let first = CInt(needle.utf8Start.pointee)
        let needleCount = needle.utf8CodeUnitCount
        return buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var start = offset
            while start + needleCount <= bytes.count,
                let found = memchr(base + start, first, bytes.count - needleCount + 1 - start)
            {
                if memcmp(found, needle.utf8Start, needleCount) == 0 { return UnsafeRawPointer(found) - base }
                start = UnsafeRawPointer(found) - base + 1
            }
            return nil
        }
    }

    /// Where the body ends, as the head says.
    private struct Framing {
        var bodyCount = 0
        var isChunked = false
        var expectsContinue = false

        init(_ head: [UInt8]) throws(Malformed) {
            var lines = head[...]
            while let lineEnd = lines.firstIndex(of: UInt8(ascii: "\n")) {
                lines = lines[(lineEnd + 1)...]
                guard let first = lines.first.map({ $0 | 0x20 }),
                    first == UInt8(ascii: "c") || first == UInt8(ascii: "t") || first == UInt8(ascii: "e")
                else { continue }
                let line = lines.prefix { $0 != UInt8(ascii: "\n") }
                guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
                let name = line[..<colon]
                let value = line[(colon + 1)...].trimmed
                if name.isSame(asLowercased: "content-length") {
                    guard let count = Int(String(decoding: value, as: UTF8.self)), count >= 0 else { throw Malformed() }
                    bodyCount = count
                } else if name.isSame(asLowercased: "transfer-encoding") {
                    isChunked = true
                } else if name.isSame(asLowercased: "expect") {
                    expectsContinue = true
                }
            }
        }
    }
}
