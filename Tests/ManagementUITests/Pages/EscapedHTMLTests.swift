import Testing

@testable import ManagementUI

struct EscapedHTMLTests {
    @Test func `what means something in HTML is escaped`() {
        #expect(
            EscapedHTML().escapeText(#"<a href="x" title='y'>&"#)
                == "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;")
        #expect(EscapedHTML().escapeText("plain text, Zoë") == "plain text, Zoë")
    }

    @Test(arguments: ["\"", "'", "<", ">", "&"])
    func `a combining mark behind it changes nothing`(character: String) {
        let escaped = EscapedHTML().escapeText("\(character)\u{301} onfocus=alert(1)")
        #expect(!escaped.unicodeScalars.contains { $0 == character.unicodeScalars.first && character != "&" })
        #expect(escaped.hasPrefix("&"))
        #expect(escaped.utf8.count > character.utf8.count + "\u{301} onfocus=alert(1)".utf8.count)
    }

    @Test func `every template escapes that way`() throws {
        let page = try Templates().render(.notice, ["title": "\"\u{301}<\u{338}b>", "text": "", "link": "/ui"])
        #expect(page.utf8.elementsEqual(page.replacing("<\u{338}", with: "").utf8))
        #expect(page.contains("&quot;\u{301}&lt;\u{338}b&gt;"))
    }
}
