import HTMLSanitizer
import Testing

struct StyleTests {
    /// The declarations that stay, references resolved; empty when the attribute is gone.
    private func kept(_ style: String) -> String {
        let tag = HTMLSanitizer.sanitize("<i style=\"\(style)\"></i>")
        guard tag != "<i></i>" else { return "" }
        return String(tag.dropFirst(#"<i style=""#.count).dropLast(#""></i>"#.count))
            .split(separator: "&#039;", omittingEmptySubsequences: false).joined(separator: "'")
            .split(separator: "&amp;", omittingEmptySubsequences: false).joined(separator: "&")
    }

    @Test(arguments: [
        "color:red", "color : red", "width:calc(1px + (2px * 3))", "background:url(http://x/a.png?a=1&b=2) no-repeat",
        "background:url( '/x.png' )", "fill:url(#a)", "background-image:linear-gradient(rgb(0,0,0),rgba(1,2,3,.5))",
        "--my-Color_1:red", "--x:var(--y, rgb(1,2,3))", "transform:rotateX(1deg) scale(2)",
        "clip-path:polygon(0 0,1px 2px)",
        "font-family:'A B',serif", "d:path('M0 0')", "inset", "width:max(1px,min(2px,3px))",
    ])
    func `an allowed declaration stays as it is`(declaration: String) {
        #expect(kept(declaration) == declaration)
    }

    @Test(arguments: [
        "Color:red", "behavior:x", "-moz-binding:x", "list-style:url(x)", "content:x", "inset:0", "all:unset", "-:x",
        "--:x", "--é:x",
        "width:expression(alert(1))", "color:rgb(1,2,3)", "width:attr(x)", "background:image-set(x)", "width:Calc(1px)",
        "color:url(x)", "--x:url(x)", "background:URL(x)", "background:url()", "background:url('')",
        "background:url('x)",
        "background:url(javascript:x)", "background:url(JAVAscript:x)", "background:url(data:x)", "background:url(u(x)",
        "background:url(HTTP://x)", "width:var(--x,url(javascript:x))", "background:var(--x,url(javascript:x))",
        "width:calc(expression(x))", "color:linear-gradient(red,blue)", "background:linear-gradient(url(javascript:x))",
        "background:linear-gradient(red", "width:calc(1px", "color:\\72 ed", "width:calc(\\72)", "color:red/**/",
        "color:a=b", "x:}",
        "color:}", "color:a&amp;b", "color:&nbsp;", "(", "a=b",
    ])
    func `any other declaration goes`(declaration: String) {
        #expect(kept(declaration) == "")
    }

    @Test func `declarations are judged one by one and joined by semicolons`() {
        #expect(kept(" color:red ;; bad:1; width:1px ;") == "color:red;width:1px")
        #expect(kept("background:url(a;b:c);color:red") == "color:red")
    }

    @Test func `references are resolved first, and line breaks and nulls left out`() {
        #expect(kept("&#99;olor:r&#x65;d&#59;behavior:x") == "color:red")
        #expect(kept("co\nlor&colon:red;\n\twid\tth:1px") == "width:1px")
        #expect(kept("col\\0or:red;wi\\\\000dth:1px") == "color:red;width:1px")
    }

    @Test func `calls may be so deep in each other and no deeper`() {
        func nested(_ depth: Int) -> String {
            "width:" + String(repeating: "calc(", count: depth) + String(repeating: ")", count: depth)
        }
        #expect(kept(nested(32)) == nested(32))
        #expect(kept(nested(33)) == "")
    }
}
