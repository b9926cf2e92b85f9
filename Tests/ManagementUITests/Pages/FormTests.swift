import Testing

@testable import ManagementUI

struct FormTests {
    private func form(_ text: String) throws -> Form { try Form(Array(text.utf8)) }

    @Test func `fields are decoded, in UTF-8`() throws {
        let form = try form("a=1&b=Zo%C3%AB+%26+%3Cb%3E&c=&d")
        #expect(form["a"] == "1")
        #expect(form["b"] == "Zoë & <b>")
        #expect(form["c"] == "")
        #expect(form["d"] == "")
        #expect(form["e"] == nil)
    }

    @Test(arguments: ["a=%FF", "a=%C3", "%FF=a", "a=%ED%A0%80", "a=1&a=2"])
    func `what is not UTF-8, or comes twice, is refused`(text: String) {
        let refusal = #expect(throws: Refusal.self) { try form(text) }
        #expect(refusal?.status == .badRequest)
    }

    @Test func `a form has so many fields and no more`() throws {
        let text = (0...Form.fieldsMax).map { "f\($0)=" }.joined(separator: "&")
        let refusal = #expect(throws: Refusal.self) { try form(text) }
        #expect(refusal?.status == .contentTooLarge)
    }

    @Test func `numbers are whole and within their range`() throws {
        let form = try form("a=7&b=x&c=-1&d=99999999999999999999")
        #expect(form.number("a", in: 0...10) == 7)
        #expect(form.number("a", in: 8...10) == nil)
        for name in ["b", "c", "d", "e"] { #expect(form.number(name, in: 0...10) == nil) }
    }
}
