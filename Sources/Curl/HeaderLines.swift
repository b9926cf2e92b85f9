internal import CLibCurl

/// The header lines of one request in the form libcurl reads: a linked list of C strings.
///
/// List and text live in two blocks that are filled anew for each request, instead of two allocations per header.
/// libcurl reads them until the transfer ends; `fill` may be called again only after that.
final class HeaderLines {
    private var text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1_024)
    private var nodes = UnsafeMutableBufferPointer<curl_slist>.allocate(capacity: 16)

    deinit {
        text.deallocate()
        nodes.deallocate()
    }

    /// Lines that keep libcurl from adding headers of its own: `Expect` to bodies of 1 MiB and more, the others to every
    /// POST.
    private static let withoutExpect: StaticString = "Expect:"
    private static let withoutAccept: StaticString = "Accept:"
    private static let withoutContentType: StaticString = "Content-Type:"

    /// Names that decide where the request ends; two opinions about that are how requests are smuggled.
    private static let reserved: [StaticString] = ["content-length", "transfer-encoding", "expect"]

    /// The head of the list. Fails with `invalidRequest` as described at `HTTPRequest.headers`.
    func fill(_ headers: [(name: String, value: String)]) throws(TransferFailure) -> UnsafeMutablePointer<curl_slist> {
        reserve(for: headers)
        var used = 0
        var count = 0
        var hasAccept = false
        var hasContentType = false
        for header in headers {
            switch header.name.utf8.count {
            case 6: hasAccept = hasAccept || header.name.utf8.isSame(asLowercased: "accept")
            case 12: hasContentType = hasContentType || header.name.utf8.isSame(asLowercased: "content-type")
            default: break
            }
            let line = text.baseAddress! + used
            used += try append(header, number: count + 1, at: used)
            append(node: count, line)
            count += 1
        }
        func leaveOut(_ line: StaticString) {
            // libcurl does not write to the lines; `curl_slist` merely lacks the `const`.
            append(node: count, UnsafeMutablePointer(mutating: line.utf8Start))
            count += 1
        }
        leaveOut(Self.withoutExpect)
        if !hasAccept { leaveOut(Self.withoutAccept) }
        if !hasContentType { leaveOut(Self.withoutContentType) }
        return nodes.baseAddress!
    }

    private func reserve(for headers: [(name: String, value: String)]) {
        // ": " and the final NUL.
        let bytes = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 3 }
        if bytes > text.count {
            text.deallocate()
            text = .allocate(capacity: bytes)
        }
        if headers.count + 3 > nodes.count {
            nodes.deallocate()
            nodes = .allocate(capacity: headers.count + 3)
        }
    }

    /// Writes one line and its NUL at `offset` and returns how many bytes that took.
    private func append(
        _ header: (name: String, value: String), number: Int, at offset: Int
    ) throws(TransferFailure) -> Int {
        let name = write(header.name, at: offset)
        guard !name.isEmpty, name.allSatisfy(\.isTokenCharacter) else {
            throw TransferFailure(.invalidRequest, "header \(number) has a name that is not a token")
        }
        guard !Self.reserved.contains(where: name.isSame(asLowercased:)) else {
            throw TransferFailure(.invalidRequest, "header \(header.name) belongs to the client")
        }
        let value = write(header.value, at: name.endIndex + 2)
        guard value.allSatisfy({ $0 != 0x0d && $0 != 0x0a && $0 != 0 }) else {
            throw TransferFailure(.invalidRequest, "the value of header \(header.name) holds CR, LF or NUL")
        }
        if value.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
            // To libcurl "Name:" means "leave this header out"; this is its way to write an empty one.
            text[name.endIndex] = UInt8(ascii: ";")
            text[name.endIndex + 1] = 0
        } else {
            text[name.endIndex] = UInt8(ascii: ":")
            text[name.endIndex + 1] = UInt8(ascii: " ")
        }
        text[value.endIndex] = 0
        return value.endIndex + 1 - offset
    }

    private func write(_ string: String, at offset: Int) -> Slice<UnsafeMutableBufferPointer<UInt8>> {
        var string = string
        return string.withUTF8 { bytes in
            let end = text[offset...].update(fromContentsOf: bytes)
            return text[offset..<end]
        }
    }

    private func append(node index: Int, _ line: UnsafeMutablePointer<UInt8>) {
        let node = nodes.baseAddress! + index
        node.initialize(
            to: curl_slist(data: UnsafeMutableRawPointer(line).assumingMemoryBound(to: CChar.self), next: nil))
        if index > 0 { nodes[index - 1].next = node }
    }
}

extension UInt8 {
    /// `tchar` of RFC 9110 §5.6.2.
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
