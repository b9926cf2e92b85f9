import Testing
import WebhookCore

struct OrderingTests {
    @Test(arguments: [
        "none", "subscription", "id", "customer.id", "items.0.sku", "/customer/id", "/a.b/c~1d/~0", "/",
        "a.b.c.d.e.f.g.h",
        "größe",
    ])
    func `words and paths are taken as they are written`(text: String) throws {
        #expect(try Ordering(text).text == text)
        #expect(Ordering(stored: text) == (try Ordering(text)))
    }

    @Test func `a path is not one of the two words`() throws {
        #expect(try Ordering("none") == .none)
        #expect(try Ordering("subscription") == .subscription)
        #expect(try Ordering("/none") == .key("/none"))
        #expect(try Ordering("customer.id") == .key("customer.id"))
    }

    @Test(arguments: [
        ("", 400), (".", 400), ("a..b", 400), ("a.", 400), (".a", 400), ("/a~2", 400), ("/a~", 400), ("a\nb", 400),
        ("a.b.c.d.e.f.g.h.i", 422), ("/1/2/3/4/5/6/7/8/9", 422), (String(repeating: "a", count: 257), 422),
    ])
    func `what is no path is refused, and the rule is named`(text: String, status: Int) {
        #expect {
            try Ordering(text)
        } throws: { error in
            guard let error = error as? ValidationError else { return false }
            return error.member == "ordering" && error.httpStatus == status && !error.rule.isEmpty
        }
    }
}
