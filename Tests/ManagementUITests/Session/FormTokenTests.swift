import Testing

@testable import ManagementUI

struct FormTokenTests {
    @Test func `a token matches its text and nothing else`() {
        let token = FormToken.random()
        #expect(token.matches(token.text))
        #expect(FormToken(text: token.text)?.bytes == token.bytes)
        for wrong in [nil, "", String(token.text.dropLast()), token.text + "A", FormToken.random().text] {
            #expect(!token.matches(wrong))
        }
    }

    @Test(arguments: ["", "AAAA", "not base64!", String(repeating: "A", count: 100)])
    func `another text is no token`(text: String) {
        #expect(FormToken(text: text) == nil)
    }
}
