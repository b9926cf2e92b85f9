import CLibCurl

/// One libcurl easy handle that sends the same delivery again and again, but for its id: what the worker's requests look
/// like on the wire, without anything that makes them.
///
/// Confined to one thread.
final class BareTransfer {
    let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// In libcurl's own copy of the header line: it reads the line anew for every transfer.
    private let idDigits: UnsafeMutablePointer<CChar>
    private let body: UnsafeMutableRawBufferPointer
    private let numberOffset: Int

    /// As many digits as the ids of the gateway have these years.
    static let idDigitCount = 18
    private static let idHeader = "X-Delivery-ID: "

    init(url: String, bytes: Int) throws {
        guard let easy = curl_easy_init() else { throw HelperError("no memory for curl") }
        self.easy = easy
        let id = String(repeating: "0", count: Self.idDigitCount)
        let number = String(repeating: "0", count: SampleEvent.numberDigits)
        let beforeNumber =
            #"{"type":"bench.s00","timestamp":"2024-05-11T09:26:53.123456Z","data":"# + SampleEvent.numberMember
        let text = beforeNumber + number + SampleEvent.rest(bytes: bytes) + "}"
        body = .allocate(byteCount: text.utf8.count, alignment: 1)
        body.copyBytes(from: Array(text.utf8))
        numberOffset = beforeNumber.utf8.count

        var digits: UnsafeMutablePointer<CChar>?
        for line in [
            "Content-Type: application/json", "User-Agent: Martlet/0.1.0 Webhook", "X-Webhook-Event: bench.s00",
            Self.idHeader + id, "webhook-id: \(id)", "webhook-timestamp: 1715419613",
            "webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", "Accept:", "Expect:",
        ] {
            headers = curl_slist_append(headers, line)
            guard line.hasPrefix(Self.idHeader) else { continue }
            var last = headers
            while let next = last?.pointee.next { last = next }
            digits = last?.pointee.data.map { $0 + Self.idHeader.utf8.count }
        }
        guard let digits else { throw HelperError("no memory for curl") }
        idDigits = digits

        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_POST, 1)
        set(CURLOPT_POSTFIELDSIZE, body.count)
        clibcurl_set_string(easy, CURLOPT_PROXY, "")
        clibcurl_set_string(easy, CURLOPT_URL, url)
        clibcurl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        clibcurl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
        clibcurl_set_write_function(easy, CURLOPT_WRITEFUNCTION, dropBytes)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        body.deallocate()
    }

    func set(id: Int64, number: Int64) {
        var rest = id
        for position in (0..<Self.idDigitCount).reversed() {
            idDigits[position] = CChar(0x30 + rest % 10)
            rest /= 10
        }
        rest = number
        for position in (numberOffset..<numberOffset + SampleEvent.numberDigits).reversed() {
            body[position] = UInt8(0x30 + rest % 10)
            rest /= 10
        }
    }

    /// Of the transfer that has ended; 0 when there was no answer.
    var status: Int {
        var status = 0
        withUnsafeMutablePointer(to: &status) { pointer in
            // The library writes a long where the type says pointer: `curl_easy_getinfo` is variadic.
            pointer.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: 1) { pointer in
                _ = clibcurl_get_pointer(easy, CURLINFO_RESPONSE_CODE, pointer)
            }
        }
        return status
    }

    private func set(_ option: CURLoption, _ value: Int) {
        clibcurl_set_long(easy, option, value)
    }
}

/// libcurl calls this on the thread that drives the transfer; without it the answer would go to standard output.
private func dropBytes(
    _: UnsafeMutablePointer<CChar>?, _: Int, count: Int, _: UnsafeMutableRawPointer?
) -> Int { count }
