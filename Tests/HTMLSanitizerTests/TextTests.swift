import HTMLSanitizer
import Testing

struct TextTests {
    @Test(arguments: [
        ("&nbsp;&copy;&there4;&frac12;&apos;", "&nbsp;&copy;&there4;&frac12;&apos;"),
        ("&amp; &lt; &gt;", "&amp; &lt; &gt;"),
        ("a & b &", "a &amp; b &amp;"), ("&copy", "&amp;copy"), ("&bogus; &COPY; &;", "&amp;bogus; &amp;COPY; &amp;;"),
        ("&#9;&#00058;&#8364;", "&#009;&#058;&#8364;"), ("&#x41;&#X00e9;&#x1F600;", "&#x41;&#xe9;&#x1F600;"),
        (
            "&#0;&#x0;&#8;&#11;&#xD800;&#xFFFE;&#65535;",
            "&amp;#0;&amp;#x0;&amp;#8;&amp;#11;&amp;#xD800;&amp;#xFFFE;&amp;#65535;"
        ),
        ("&#1114112;&#x110000;&#12345678;&#x1234567;", "&amp;#1114112;&amp;#x110000;&amp;#12345678;&amp;#x1234567;"),
        ("&#60 &#x; &#;&#xg;", "&amp;#60 &amp;#x; &amp;#;&amp;#xg;"),
    ])
    func `references of the list stay in one form, and other ampersands are text`(html: String, expected: String) {
        #expect(HTMLSanitizer.sanitize(html) == expected)
    }

    @Test(arguments: [
        ("1 < 2 > 0", "1 &lt; 2 &gt; 0"), ("a < \"b\" 'c'", "a &lt; &quot;b&quot; &#039;c&#039;"), ("a <", "a &lt;"),
        ("</", "&lt;/"),
        ("<b", "&lt;b"), ("<a href=\"x>y<b>z</b>", "&lt;a href=&quot;x&gt;y<b>z</b>"),
        ("<a <b>x</b>", "&lt;a <b>x</b>"),
        ("<a title=x<b>y</b>", "&lt;a title=x<b>y</b>"), ("<<b>script>x", "&lt;<b>script&gt;x</b>"),
        ("\"q\" 'q'", "\"q\" 'q'"),
        ("<scr<script>ipt>", "&lt;script&gt;"), ("a</>b", "ab"),
    ])
    func `what begins no tag is text`(html: String, expected: String) {
        #expect(HTMLSanitizer.sanitize(html) == expected)
    }

    @Test(arguments: [
        ("<!-- a -- b -->", "<!-- a - b -->"), ("<!-- <b>x</b><script>y</script> & > -->", "<!-- xy &amp; &gt; -->"),
        ("a<!---->b", "ab"),
        ("a<!-->b", "ab"), ("a<!--->b", "ab"), ("<!--a--!>b", "<!--a-->b"), ("<!-- a <b>x</b>", "&lt;!-- a <b>x</b>"),
        ("</ x>", "<!-- x-->"), ("<!x y>", "<!--x y-->"), ("<!X y>a<!doctype html>b<!DOCTYPE html>c", "abc"),
        ("<?php x ?>a<![CDATA[x]]>b", "ab"), ("<!--[if IE]><b>x</b><![endif]-->", "<!--[if IE]&gt;x&lt;![endif]-->"),
    ])
    func `comments keep their text, and what only looks like one becomes one or goes`(html: String, expected: String) {
        #expect(HTMLSanitizer.sanitize(html) == expected)
    }

    @Test func `control characters are removed before anything is read`() {
        let controls = (UInt8(0)..<0x20).map { String(UnicodeScalar($0)) }.joined()
        #expect(HTMLSanitizer.sanitize("a\(controls)b\u{7F}c") == "a\t\n\rb\u{7F}c")
        #expect(HTMLSanitizer.sanitize("<scr\0ipt>x<\u{1}/script>") == "x")
    }

    @Test func `what is no UTF-8 becomes U+FFFD`() {
        let result = HTMLSanitizer.sanitize([0x61, 0xFF, 0x3C, 0x62, 0x3E, 0xC3, 0x01, 0xA9, 0xE2, 0x82])
        #expect(String(decoding: result, as: UTF8.self) == "a\u{FFFD}<b>\u{FFFD}\u{FFFD}\u{FFFD}</b>")
    }

    @Test func `every byte, every pair of them, and each behind the beginning of a tag is taken`() {
        for first in UInt8.min...UInt8.max {
            for start in ["", "<", "<a ", "<a x=", "<!-", "&#", "</"] {
                let document = Array(start.utf8) + [first]
                let result = HTMLSanitizer.sanitize(document)
                #expect(HTMLSanitizer.sanitize(result) == result)
            }
        }
    }
}
