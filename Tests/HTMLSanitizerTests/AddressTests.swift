import HTMLSanitizer
import Testing

struct AddressTests {
    private func kept(_ address: String) -> String {
        let tag = HTMLSanitizer.sanitize("<a href=\"\(address)\">")
        return String(tag.dropFirst(#"<a href=""#.count).dropLast(#""></a>"#.count))
    }

    @Test(arguments: [
        "http://example.com/?a=b:c#d:e", "https://x", "ftp:x", "mailto:a@b", "tel:+49", "sms:1", "webcal:x", "urn:x:y",
        "xmpp:x",
        "feed:https://x", "/path:x", "//host:80/x", "?q=a:b", "#a:b", "path/x:y", "plain", "", "http://[::1]:8080/",
    ])
    func `an allowed scheme stays, and so does an address without one`(address: String) {
        #expect(kept(address) == address)
    }

    @Test(arguments: [
        "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "java\u{1}script:alert(1)", "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)",
        "&#0000106;avascript:alert(1)",
        "java&#9;script:alert(1)", "javascript&#58;alert(1)", "javascript&#x3a;alert(1)", "javascript&#x3A;alert(1)",
        "javascript&#0058;alert(1)", "javascript&colon;alert(1)", "javascript&#58alert(1)", "&Tab;javascript:alert(1)",
        "vbscript:alert(1)", "data:alert(1)", "blob:alert(1)", "file:alert(1)", "about:alert(1)", "ws:alert(1)",
        "wss:alert(1)",
        "magnet:alert(1)", "geo:alert(1)", "intent:alert(1)", "jÄvascript:alert(1)", ":alert(1)", "a&b:alert(1)",
        "javascript:javascript:alert(1)", "javascript:data:vbscript: alert(1)",
    ])
    func `any other scheme is taken off`(address: String) {
        #expect(kept(address) == "alert(1)")
    }

    @Test func `an address with six such schemes is empty`() {
        #expect(kept("a:b:c:d:e:x") == "x")
        #expect(kept("a:b:c:d:e:f:x") == "")
    }

    @Test func `what stands behind feed is filtered too`() {
        #expect(kept("feed:javascript:alert(1)") == "feed:alert(1)")
        #expect(kept("feed:feed:feed:http://x") == "")
    }

    @Test func `an allowed scheme comes out in lower case and without what was written into it`() {
        #expect(kept("HTTP://x") == "http://x")
        #expect(kept("ht\ntp&#58; //x") == "http://x")
    }

    @Test(arguments: [
        ("img", "src"), ("img", "longdesc"), ("img", "usemap"), ("video", "poster"), ("q", "cite"), ("area", "href"),
    ])
    func `every attribute that holds an address is filtered`(element: String, attribute: String) {
        #expect(
            HTMLSanitizer.sanitize("<\(element) \(attribute)='javascript:x'>").hasPrefix(
                "<\(element) \(attribute)=\"x\">"))
    }

    @Test func `other attributes may begin like an address`() {
        #expect(HTMLSanitizer.sanitize("<i title='javascript:x'></i>") == #"<i title="javascript:x"></i>"#)
    }
}
