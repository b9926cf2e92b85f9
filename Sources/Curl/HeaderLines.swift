internal import CLibCurl

/// The header lines of one request in the form libcurl reads: a linked list of C strings.
///
/// Lines that libcurl has no opinion about share one string, with line ends in between: it copies each string into the
/// request after a dozen comparisons and a formatted print, which cost more than signing when done for every line.
///
/// List and text live in two blocks that are filled anew for each request, instead of two allocations per header.
/// libcurl reads them until the transfer ends; `fill` may be called again only after that.
final class HeaderLines {
    // Enough for most requests, and no more: there is one for every request that was ever in flight at once.
    private var text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 512)
    private var nodes = UnsafeMutableBufferPointer<curl_slist>.allocate(capacity: 10)

    deinit {
        text.deallocate()
        nodes.deallocate()
    }

    /// Lines that keep libcurl from adding headers of its own: `Expect` to bodies of 1 MiB and more, the others to every
    /// POST. What is given under these names is sent all the same.
    private static let leftOut: [StaticString] = ["Expect:", "Accept:", "Content-Type:"]

    /// Names that decide where the request ends; two opinions about that are how requests are smuggled.
    private static let reserved: [StaticString] = ["content-length", "transfer-encoding", "expect"]

    /// Names that libcurl looks for at the beginning of each string, to leave out its own.
    private static let alone: [StaticString] = ["host", "authorization", "connection", "cookie"]

    /// The head of the list. Fails with `invalidRequest` as described at `HTTPRequest.headers`.
    func fill(_ headers: [(name: String, value: String)]) throws(TransferFailure) -> UnsafeMutablePointer<curl_slist> {
        reserve(for: headers)
        var used = 0
        var count = 0
        var continuesString = false
        for (index, header) in headers.enumerated() {
            let line = try append(header, number: index + 1, at: used)
            if line.standsAlone || !continuesString {
                append(node: count, text.baseAddress! + used)
                count += 1
            } else {
                // Over the end of the string before.
                text[used - 2] = UInt8(ascii: "\r")
                text[used - 1] = UInt8(ascii: "\n")
            }
            used = line.end
            continuesString = !line.standsAlone
        }
        for line in Self.leftOut {
            // libcurl does not write to the lines; `curl_slist` merely lacks the `const`.
            append(node: count, UnsafeMutablePointer(mutating: line.utf8Start))
            count += 1
        }
        return nodes.baseAddress!
    }

    private func reserve(for headers: [(name: String, value: String)]) {
        // ": " and two NULs, in the place of a line end.
        let bytes = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        if bytes > text.count {
            text.deallocate()
            text = .allocate(capacity: bytes)
        }
        if headers.count + Self.leftOut.count > nodes.count {
            nodes.deallocate()
            nodes = .allocate(capacity: headers.count + Self.leftOut.count)
        }
    }

    /// Writes one line and two NULs at `offset`.
    private func append(
        _ header: (name: String, value: String), number: Int, at offset: Int
    ) throws(TransferFailure) -> (end: Int, standsAlone: Bool) {
        let name = write(header.name, at: offset)
        guard !name.isEmpty, name.allSatisfy(\.isTokenCharacter) else {
            throw TransferFailure(.invalidRequest, "header \(number) has a name that is not a token")
        }
        guard !name.isOne(of: Self.reserved) else {
            throw TransferFailure(.invalidRequest, "header \(header.name) belongs to the client")
        }
        let value = write(header.value, at: name.endIndex + 2)
        guard value.allSatisfy({ $0 > 0x0d || ($0 != 0x0d && $0 != 0x0a && $0 != 0) }) else {
            throw TransferFailure(.invalidRequest, "the value of header \(header.name) holds CR, LF or NUL")
        }
        let isEmpty = value.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        if isEmpty {
            // To libcurl "Name:" means "leave this header out"; this is its way to write an empty one.
            text[name.endIndex] = UInt8(ascii: ";")
            text[name.endIndex + 1] = 0
        } else {
            text[name.endIndex] = UInt8(ascii: ":")
            text[name.endIndex + 1] = UInt8(ascii: " ")
        }
        text[value.endIndex] = 0
        text[value.endIndex + 1] = 0
        return (value.endIndex + 2, isEmpty || name.isOne(of: Self.alone))
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

extension Slice<UnsafeMutableBufferPointer<UInt8>> {
    /// - Parameter names: in lower case.
    fileprivate func isOne(of names: [StaticString]) -> Bool {
        names.contains { $0.utf8CodeUnitCount == count && isSame(asLowercased: $0) }
    }
}

extension UInt8 {
    /// `tchar` of RFC 9110 §5.6.2.
    fileprivate var isTokenCharacter: Bool {
        self < 0x80 && Self.tokenCharacters[Int(self / 64)] >> (self % 64) & 1 == 1
    }

    /// A bit for each ASCII character: header names are checked for every request.
    private static let tokenCharacters: [UInt64] = {
        let letters = "abcdefghijklmnopqrstuvwxyz"
        var bits: [UInt64] = [0, 0]
        for byte in (letters + letters.uppercased() + "0123456789!#$%&'*+-.^_`|~").utf8 {
            bits[Int(byte / 64)] |= 1 << (byte % 64)
        }
        return bits
    }()
}
