import Testing
import WebhookCore

struct EventPatternTests {
    @Test(arguments: ["a", "item.orders.created", "A-1_b.c", String(repeating: "x", count: 128)])
    func `takes names of segments joined by dots`(text: String) throws {
        #expect(try EventName(text).text == text)
    }

    @Test(arguments: [
        ("", "must not be empty"), (".a", "empty segment"), ("a.", "empty segment"), ("a..b", "empty segment"),
        ("a b", "letters"), ("ä", "letters"), ("a.*", "letters"), ("a\u{0}", "letters"), ("a/b", "letters"),
        (String(repeating: "x", count: 129), "129 bytes"),
    ])
    func `refuses other names and says why`(text: String, why: String) {
        let error = #expect(throws: ValidationError.self) { try EventName(text) }
        #expect(error?.rule.contains(why) == true)
        #expect(error?.member == "event")
    }

    @Test(arguments: ["*", "a", "a.b", "a.*", "a.b.*"])
    func `takes a name, a prefix with a star, or a star`(text: String) throws {
        #expect(try EventPattern(text).text == text)
    }

    @Test(arguments: [
        "", "**", "*.a", "a*", "a.*.b", "a.**", "a..*", ".*", "a.*.*", "*.", "a.b*", "a.*\u{301}",
        String(repeating: "x", count: 127) + ".*",
    ])
    func `refuses other patterns`(text: String) {
        #expect(throws: ValidationError.self) { try EventPattern(text) }
    }

    @Test(arguments: [
        ("*", "a", true), ("*", "a.b.c", true), ("a.*", "a.b", true), ("a.*", "a.b.c", true), ("a.*", "a", false),
        ("a.*", "ab.c", false), ("a.b.*", "a.b.c.d", true), ("a.b.*", "a.c.d", false), ("a.b", "a.b", true),
        ("a.b", "a.b.c", false), ("a.b", "A.b", false),
    ])
    func `a pattern matches what lies below its prefix`(pattern: String, name: String, matches: Bool) throws {
        #expect(try EventPattern(pattern).matches(EventName(name)) == matches)
    }

    @Test(arguments: [
        ("a.b.c", ["a.b.c", "a.b.*", "a.*", "*"]), ("a", ["a", "*"]), ("a.b", ["a.b", "a.*", "*"]),
    ])
    func `candidate patterns go from the name to the star`(name: String, patterns: [String]) throws {
        #expect(try EventName(name).candidatePatterns.map(\.text) == patterns)
    }

    @Test func `the candidate patterns of a name are just the patterns that match it`() throws {
        let names = ["a", "b", "a.b", "a.c", "a.b.c", "ab.c", "a.b.c.d"]
        let patterns = names + names.map { $0 + ".*" } + ["*"]
        for name in try names.map({ try EventName($0) }) {
            let candidates = Set(name.candidatePatterns)
            for pattern in try patterns.map({ try EventPattern($0) }) {
                #expect(pattern.matches(name) == candidates.contains(pattern), "\(pattern) and \(name)")
            }
        }
    }
}
