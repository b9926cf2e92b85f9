import Testing
import WebhookCore

struct SubscriptionURLTests {
    private func check(_ text: String, allowHTTP: Bool = false, allowing ranges: String = "") throws -> SubscriptionURL
    {
        try SubscriptionURL(text, allowHTTP: allowHTTP, addressGuard: AddressGuard(allowing: IPNetwork.list(ranges)))
    }

    @Test(arguments: [
        "https://example.com", "HTTPS://Example.com:8443/hook?a[]=1&b=%20", "https://example.com./", "https://8.8.8.8/",
        "https://[2606:4700::1]:443/x", "https://hooks_1.example/a@b", "https://example.com?q=1",
        "https://xn--bcher-kva.example/",
        "https://127.0.0.1.example.com/", "https://localhost.example.com/",
        "https://example.com/" + String(repeating: "a", count: 2_028),
    ])
    func `keeps a good URL as it was given`(text: String) throws {
        #expect(try check(text).text == text)
    }

    @Test(arguments: [
        ("", "empty"), ("example.com", "absolute"), ("/hook", "absolute"), ("https:/example.com", "absolute"),
        ("http://example.com", "MARTLET_ALLOW_HTTP"), ("ftp://example.com", "https"), ("file:///etc/passwd", "https"),
        ("javascript://x", "https"), ("https://", "host"), ("https:///path", "host"), ("https://:443/", "host"),
        ("https://user@example.com/", "user name"), ("https://user:pw@example.com/", "user name"),
        ("https://8.8.8.8@example.com/", "user name"), ("https://example.com/#x", "fragment"),
        ("https://example.com/a b", "spaces"), ("https://example.com/\n", "control"),
        ("https://example.com/\u{0}", "control"),
        ("https://example.com\t/", "control"), ("https://bücher.example/", "Punycode"),
        ("https://example.com\\@x/", "percent-encode"),
        ("https://example.com/{id}", "percent-encode"), ("https://example.com/%", "hexadecimal"),
        ("https://example.com/%g0", "hexadecimal"), ("https://ex%61mple.com/", "host name"),
        ("https://exa$mple.com/", "host name"),
        ("https://example.com:/", "port"), ("https://example.com:0/", "port"), ("https://example.com:65536/", "port"),
        ("https://example.com:+1/", "port"), ("https://example.com:80:80/", "port"), ("https://[::1/", "`]`"),
        ("https://[8.8.8.8]/", "IPv6"), ("https://[fe80::1%25eth0]/", "IPv6"), ("https://[2606:4700::1]x/", "port"),
        ("https://a..b/", "1 to 63"), ("https://./", "1 to 63"), ("https://256.1.1.1/", "IPv4"),
        ("https://1.2.3.4.5/", "IPv4"),
        ("https://" + String(repeating: "a", count: 64) + ".example/", "1 to 63"),
        ("https://example.com/" + String(repeating: "a", count: 2_029), "2048"),
    ])
    func `refuses what cannot be a receiver and says why`(text: String, why: String) {
        let error = #expect(throws: ValidationError.self) { try check(text) }
        #expect(error?.member == "url")
        #expect(error?.rule.contains(why) == true, "\(error?.rule ?? "no error")")
    }

    @Test(arguments: [
        "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/",
        "https://0x7f000001:443/x", "https://127.0.0.1./", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://169.254.169.254/latest/meta-data", "https://10.0.0.1", "https://0/", "https://[64:ff9b::10.0.0.1]/",
        "https://[fd00:ec2::254]/", "https://192.168.1.1:8080",
    ])
    func `refuses special-purpose addresses in any spelling`(text: String) {
        let error = #expect(throws: ValidationError.self) { try check(text) }
        #expect(error?.kind == .outOfRange)
        #expect(error?.rule.contains("MARTLET_ALLOW_ADDRESSES") == true)
    }

    @Test(arguments: ["https://localhost/", "https://LOCALHOST:1/", "https://localhost./", "https://api.localhost/"])
    func `localhost is refused unless loopback is allowed`(text: String) throws {
        #expect(throws: ValidationError.self) { try check(text) }
        #expect(throws: ValidationError.self) { try check(text, allowing: "10.0.0.0/8") }
        #expect(try check(text, allowing: "127.0.0.1/32").text == text)
        #expect(try check(text, allowing: "::1").text == text)
    }

    @Test func `http and allowed addresses serve local tests`() throws {
        #expect(throws: Never.self) { try check("http://127.0.0.1:9000/", allowHTTP: true, allowing: "127.0.0.1/32") }
        #expect(throws: ValidationError.self) {
            try check("http://127.0.0.2/", allowHTTP: true, allowing: "127.0.0.1/32")
        }
    }

    @Test(arguments: [
        ("https://example.com:8443/secret?token=x", "https://example.com:8443"),
        ("https://example.com?token=x", "https://example.com"),
        ("https://example.com", "https://example.com"),
    ])
    func `the origin shows neither path nor query`(text: String, origin: String) {
        #expect(SubscriptionURL(stored: text).origin == origin)
    }
}
