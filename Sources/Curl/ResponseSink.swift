/// Takes in one response as libcurl reads it, within limits.
struct ResponseSink {
    private enum Section { case beforeStatusLine, header, body }

    /// What ended the reading early.
    enum Limit { case body, header }

    /// What is kept of a body even while all memory for responses is taken: enough to see what the receiver meant.
    static let bodyBytesKept = 1_024

    private let memory: ResponseMemory
    /// Of the body, kept or not.
    private var bodyBytesLeft: Int
    private var headerBytesLeft: Int
    private var section = Section.beforeStatusLine
    /// Of the latest status line; 0 before the first.
    private(set) var status = 0
    private(set) var retryAfter: String?
    private(set) var body: [UInt8] = []
    private(set) var exceeded: Limit?
    /// `body` is not all that has come.
    private(set) var isCut = false

    /// The final answer's header section has come to its end.
    var hasFinalHeader: Bool { section == .body && !(100...199).contains(status) }

    init(bodyBytesMax: Int, headerBytesMax: Int, memory: ResponseMemory) {
        self.memory = memory
        self.bodyBytesLeft = bodyBytesMax
        self.headerBytesLeft = headerBytesMax
    }

    /// Keeps what fits; `false` when more came than may be read, so that nothing further is.
    mutating func append(body bytes: UnsafeRawBufferPointer) -> Bool {
        keep(UnsafeRawBufferPointer(rebasing: bytes.prefix(bodyBytesLeft)))
        if bytes.count > bodyBytesLeft {
            isCut = true
            exceeded = .body
        }
        bodyBytesLeft = max(0, bodyBytesLeft - bytes.count)
        return exceeded == nil
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        guard !isCut else { return }
        guard memory.reserve(bytes.count) else {
            let beginning = bytes.prefix(max(0, Self.bodyBytesKept - body.count))
            memory.take(beginning.count)
            body.append(contentsOf: beginning)
            isCut = beginning.count < bytes.count
            return
        }
        body.append(contentsOf: bytes)
    }

    /// The response goes to nobody.
    mutating func discard() {
        memory.release(body.count)
        body = []
    }

    /// One complete line with its line end: a status line, a field, or the empty line after them; `false` when the limit
    /// is passed. Trailer fields of a chunked body come here too and are not looked at.
    mutating func append(headerLine line: UnsafeRawBufferPointer) -> Bool {
        headerBytesLeft -= line.count
        guard headerBytesLeft >= 0 else {
            exceeded = .header
            return false
        }
        if line.starts(with: "HTTP/".utf8), section == .beforeStatusLine || (100...199).contains(status) {
            status = Self.status(inStatusLine: line)
            retryAfter = nil
            section = .header
        } else if section == .header {
            let trimmed = line.trimmed
            if trimmed.isEmpty { section = .body } else { readRetryAfter(trimmed) }
        }
        return true
    }

    /// `HTTP/1.1 200 OK`: libcurl has checked the form and passes on nothing else.
    private static func status(inStatusLine line: UnsafeRawBufferPointer) -> Int {
        line.drop { $0 != UInt8(ascii: " ") }.dropFirst()
            .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.prefix(3)
            .reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private mutating func readRetryAfter(_ field: Slice<UnsafeRawBufferPointer>) {
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")),
            field[..<colon].isSame(asLowercased: "retry-after")
        else { return }
        let value = field[(colon + 1)...].trimmed
        if value.count <= 128 { retryAfter = String(decoding: value, as: UTF8.self) }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var trimmed: Slice<UnsafeRawBufferPointer> { self[...].trimmed }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Without spaces, tabs and line ends on either side.
    fileprivate var trimmed: Self {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a }
        let start = firstIndex { !isSpace($0) } ?? endIndex
        let end = self[start...].lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return self[start..<end]
    }
}
