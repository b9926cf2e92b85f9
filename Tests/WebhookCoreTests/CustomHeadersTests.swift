import JSONFilter
import Testing
import WebhookCore

struct CustomHeadersTests {
    @Test func `headers keep their order, their case and every visible byte`() throws {
        let fields = [
            HeaderField("X-B", "two words\tand a tab"), HeaderField("authorization", "Bearer x"),
            HeaderField("!#$%&'*+-.^_`|~09Az", ""),
            HeaderField("X-Name", "Zoë"),
        ]
        #expect(try CustomHeaders(fields).fields == fields)
    }

    @Test(arguments: [
        "Content-Type", "content-length", "HOST", "User-Agent", "X-Webhook-Event", "x-delivery-id", "webhook-id",
        "Webhook-Timestamp", "webhook-signature", "Webhook-Signature", "X-Webhook-Signature", "Connection",
        "Keep-Alive",
        "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade", "Expect",
    ])
    func `names that the wire owns are refused in any case`(name: String) {
        for spelling in [name, name.lowercased(), name.uppercased()] {
            let error = #expect(throws: ValidationError.self) { try CustomHeaders([HeaderField(spelling, "x")]) }
            #expect(error?.rule.contains("sets that header itself") == true)
        }
    }

    @Test(arguments: ["", " ", "X Y", "X:", "X-Ä", "X\r\nY", "X\u{0}", "X\"", "(X)"])
    func `names that are no tokens are refused`(name: String) {
        #expect(throws: ValidationError.self) { try CustomHeaders([HeaderField(name, "x")]) }
    }

    @Test(arguments: [
        ("a\r\nX-Evil: 1", "CR"), ("a\nb", "LF"), ("a\u{0}b", "NUL"), ("a\u{1B}b", "control character"),
        ("a\u{7F}", "control character"),
        (" a", "blank"), ("a\t", "blank"),
    ])
    func `values that could break the message are refused, and not quoted`(value: String, why: String) {
        let error = #expect(throws: ValidationError.self) { try CustomHeaders([HeaderField("X-A", value)]) }
        #expect(error?.rule.contains(why) == true)
        #expect(error?.rule.contains("Evil") == false)
    }

    @Test func `a name may be there once, whatever its case`() {
        #expect(throws: ValidationError.self) { try CustomHeaders([HeaderField("X-A", "1"), HeaderField("x-a", "2")]) }
    }

    @Test func `fifty headers are allowed, one more is not`() throws {
        let fields = (0..<51).map { HeaderField("X-\($0)", "v") }
        #expect(try CustomHeaders(Array(fields.prefix(50))).fields.count == 50)
        let error = #expect(throws: ValidationError.self) { try CustomHeaders(fields) }
        #expect(error?.kind == .outOfRange)
    }

    @Test func `8 KiB of names and values are allowed, one byte more is not`() throws {
        let fits = HeaderField("X-A", String(repeating: "v", count: 8_189))
        #expect(throws: Never.self) { try CustomHeaders([fits]) }
        let error = #expect(throws: ValidationError.self) {
            try CustomHeaders([HeaderField(fits.name, fits.value + "v")])
        }
        #expect(error?.kind == .outOfRange)
    }

    @Test func `values do not show in descriptions`() throws {
        let headers = try CustomHeaders([HeaderField("Authorization", "Bearer x")])
        #expect("\(headers)" == "Authorization: …")
    }

    @Test func `the JSON form is read back`() throws {
        let headers = try CustomHeaders([HeaderField("X-B", "\"q\" \\ ë"), HeaderField("X-A", "1")])
        #expect(String(decoding: headers.json, as: UTF8.self).hasPrefix(#"{"X-B":"#))
        #expect(try CustomHeaders(storedJSON: headers.json) == headers)
        #expect(CustomHeaders.none.json == Array("{}".utf8))
    }
}
