import Testing
import WebhookCore

struct CellTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("<b>bold</b> text", "bold text"), ("Tom &amp; Jerry", "Tom & Jerry"),
        ("&lt;b&gt;", "<b>"), ("&eacute;&nbsp;&euro;&Omega;", "é\u{A0}€Ω"), ("&#233;&#x1F600;&#058;", "é😀:"),
        (#"<a href="https://a.example/?x=1&amp;y=2" title="a > b">link</a>"#, "link"),
        ("one<br>two<br />three", "one\ntwo\nthree"), ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"), ("x<img src=\"https://a.example/i.png\" alt=\"y\">z", "xz"),
    ])
    func `a cell is reduced to what a reader sees of it`(markup: String, text: String) {
        #expect(CellText.of(markup) == text)
    }

    @Test(arguments: [
        ("a & b", "a & b"), ("&bogus;", "&bogus;"), ("&amp", "&amp"), ("&#0;", "&#0;"), ("&#xD800;", "&#xD800;"),
        ("&", "&"), ("a < b", "a "), ("<", ""), ("&#99999999999;", "&#99999999999;"), ("&#+65;", "&#+65;"),
    ])
    func `what the filter would not have let through is read too`(markup: String, text: String) {
        #expect(CellText.of(markup) == text)
    }

    @Test func `every named reference of the filter is known`() {
        // The first, the last and one of each kind.
        #expect(CellText.of("&AElig;&zwnj;&frac12;&there4;&apos;&quot;&sup2;") == "Æ\u{200C}½∴'\"²")
    }
}
