import HTMLSanitizer
import Testing

/// A megabyte each of what makes a careless filter look at the same bytes again and again. There is nothing to compare: with
/// quadratic time one of them would take hours, and the test would not end.
struct LinearTimeTests {
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            "<", "<a ", "<a b=\"<a b\" ", "<a b=\"<a c='", "<a x=\"", "<div>", "<table><tr><td>", "<b><p></b>", "&#0",
            "&", "<!--", "<!-- -",
            "</ ", "<?", "<li>", "<a =", "\"'", "<ruby><rb><rt>", "</b>", "<a href=\"a:a:a:a:\">",
        ])
    func `a megabyte of anything hostile is filtered in time that is linear`(unit: String) {
        let document = repeated(unit)
        _ = HTMLSanitizer.sanitize(document)
        _ = HTMLSanitizer.text(String(decoding: document, as: UTF8.self))
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("<a ", "data-x1 ", ">"), ("<a style=\"", "color:red;", "\">"), ("<a style=\"width:", "calc(", "\">"),
            ("<a style=\"background:", "url(", "\">"), ("<a style=\"", "\\", "\">"), ("<a href=\"", "a:", "\">"),
            ("<a href=\"", "&#58", "\">"),
            ("&#", "0", ";"), ("<", "a", ">"), ("<!--", "-", "-->"),
        ])
    func `so is one megabyte inside of one tag`(start: String, unit: String, end: String) {
        _ = HTMLSanitizer.sanitize(Array(start.utf8) + repeated(unit) + Array(end.utf8))
    }

    private func repeated(_ unit: String) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < 1_000_000 { bytes += unit.utf8 }
        return bytes
    }
}
