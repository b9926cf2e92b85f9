import Testing
import WebhookCore

struct TableNameTests {
    @Test(arguments: [
        ("Price list (EU)", "price_list_eu"), ("  A--b__C  ", "a_b_c"), ("2026", "2026"), ("Öl", "l"), ("価格", "table"),
        ("_", "table"), (String(repeating: "n", count: 99), String(repeating: "n", count: 50)),
    ])
    func `a name is made of what of a title may stand in one`(title: String, name: String) throws {
        #expect(TableName(derivedFrom: title).text == name)
        #expect(try TableName(name).text == name)
    }

    @Test(arguments: ["", "a.b", "a b", "ä", "a/b", "a\0"])
    func `a name is one segment of an event name`(text: String) {
        #expect(throws: ValidationError.self) { try TableName(text) }
    }

    @Test func `a name has at most 64 bytes`() throws {
        #expect(try TableName(String(repeating: "n", count: 64)).text.utf8.count == 64)
        #expect(throws: ValidationError.self) { try TableName(String(repeating: "n", count: 65)) }
    }
}
