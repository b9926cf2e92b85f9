import HTMLSanitizer
import Testing

struct TitleTests {
    @Test(arguments: [
        ("<b>Tea &amp; <i title='>'>cake</i></b>", "Tea &amp; cake"), ("Q & A", "Q & A"), ("a < b > c", "a &lt; b > c"),
        ("<script>x</script>", "x"), ("a<!-- b -->c</ d>e", "ace"), ("&lt;b&gt;", "&lt;b&gt;"),
        ("<<b>script>x", "&lt;script>x"),
        ("a\0b", "ab"), ("<b", "&lt;b"), ("plain \"quoted\"", "plain \"quoted\""),
    ])
    func `text has no tags and decodes nothing`(html: String, expected: String) {
        #expect(HTMLSanitizer.text(html) == expected)
        #expect(HTMLSanitizer.text(expected) == expected)
    }
}
