import HTMLSanitizer
import Testing

struct BalanceTests {
    @Test(arguments: [
        ("</td></tr></table>x", "x"), ("<td>x</td><tr><caption><tbody><col>", "x"), ("<b>x", "<b>x</b>"),
        ("x</b></p></br>", "x"),
        ("<b><i>x</b>y</i>z", "<b><i>x</i></b>yz"),
        ("<b><ul><li>x</b><li>y</ul>z", "<b><ul><li>x</li><li>y</li></ul></b>z"),
    ])
    func `what is not open cannot be closed, and what is open is closed`(html: String, expected: String) {
        #expect(HTMLSanitizer.sanitize(html) == expected)
    }

    @Test(arguments: [
        ("<table><td>a</td></table>", "<table><tr><td>a</td></tr></table>"),
        ("<table><tr><td>a<td>b<tr><th>c</table>", "<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>"),
        (
            "<table><caption>a<thead><tr><th>b<tbody>",
            "<table><caption>a</caption><thead><tr><th>b</th></tr></thead><tbody></tbody></table>"
        ),
        ("<table><colgroup><col><col span=2>x<col>", "<table><colgroup><col><col span=\"2\"></colgroup>x<col></table>"),
        ("<table><b>x</b><tr>y<td>z", "<table>x<tr>y<td>z</td></tr></table>"),
        ("<table><table>", "<table></table><table></table>"),
        ("<table><tr><td><table></td>x</table>y", "<table><tr><td><table>x</table>y</td></tr></table>"),
        ("<b><table><tr><td></b>x", "<b><table><tr><td>x</td></tr></table></b>"),
    ])
    func `parts of tables stand in a table of their own, and nothing else directly in it`(
        html: String, expected: String
    ) {
        #expect(HTMLSanitizer.sanitize(html) == expected)
    }

    @Test(arguments: [
        ("<p>a<p>b<div>c", "<p>a</p><p>b</p><div>c</div>"), ("<p><button><p>x", "<p><button><p>x</p></button></p>"),
        ("<ul><li>a<ul><li>b</ul><li>c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<dl><dt>a<dd>b", "<dl><dt>a</dt><dd>b</dd></dl>"),
        ("<h1>a<h2>b", "<h1>a</h1><h2>b</h2>"),
        ("<h2><a><h2></a><h2>x", "<h2><a><h2></h2></a></h2><h2>x</h2>"), ("<a>x<b><a>y", "<a>x<b></b></a><a>y</a>"),
        ("<button>x<button>y", "<button>x</button><button>y</button>"),
        ("<ruby>a<rb>b<rt>c<rp>d", "<ruby>a<rb>b</rb><rt>c</rt><rp>d</rp></ruby>"),
    ])
    func `a start tag ends what a parser would end`(html: String, expected: String) {
        #expect(HTMLSanitizer.sanitize(html) == expected)
    }

    @Test func `so many elements are open at once; the tags of more go and their text stays`() {
        let deep = String(repeating: "<div>", count: 500) + "x" + String(repeating: "</div>", count: 500)
        let kept = String(repeating: "<div>", count: 128) + "x" + String(repeating: "</div>", count: 128)
        #expect(HTMLSanitizer.sanitize(deep) == kept)
        let tables = HTMLSanitizer.sanitize(String(repeating: "<table><tr><td>", count: 500) + "x")
        #expect(tables.contains("x") && HTMLSanitizer.sanitize(tables) == tables)
    }
}
