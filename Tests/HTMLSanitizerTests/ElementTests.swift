import HTMLSanitizer
import Testing

struct ElementTests {
    @Test(arguments: [
        "object", "math", "mi", "mtext", "annotation", "textarea", "title", "script", "style", "iframe", "svg", "embed",
        "form", "input", "select", "template", "noscript", "plaintext", "xmp", "base", "link", "meta", "image",
        "custom-x",
    ])
    func `tags of other elements go and the text between them stays`(name: String) {
        #expect(HTMLSanitizer.sanitize("a<\(name) x=1>b</\(name)>c") == "abc")
        #expect(HTMLSanitizer.sanitize("a<\(name.uppercased())/>b") == "ab")
    }

    @Test func `names of elements and attributes come out in lower case`() {
        #expect(HTMLSanitizer.sanitize("<B CLASS=X>x</B>") == #"<b class="X">x</b>"#)
    }

    @Test func `a void element has no end tag and keeps its slash`() {
        #expect(HTMLSanitizer.sanitize("a<br>b<br/>c<hr />d</br>e") == "a<br>b<br />c<hr />de")
        #expect(HTMLSanitizer.sanitize("<b/>x") == "<b>x</b>")
    }
}
