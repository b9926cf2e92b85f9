import Testing
import WebhookCore

@testable import ManagementUI

struct TableFieldsTests {
    private func fields(_ title: String, _ name: String = "", headers: String = "") -> TableFields {
        var fields = TableFields()
        (fields.title, fields.name, fields.headers) = (title, name, headers)
        return fields
    }

    @Test func `a new table is what the API would make of it`() throws {
        let draft = try fields("<b>Prices</b>", headers: "Name\r\nPrice <script>x</script>\r\n\r\n").draft()
        #expect(draft.title == "Prices")
        #expect(draft.name == nil)
        #expect(draft.isPublic == false)
        #expect(draft.document?.headers == ["Name", "Price x"])
        #expect(throws: ValidationError.self) { try fields(" ").draft() }
        #expect(throws: ValidationError.self) { try fields("T", "not a name").draft() }
    }

    @Test func `only what was edited is changed`() throws {
        let shown = fields("Prices", "prices")
        #expect(try fields("Prices", "prices").changes(since: shown).isEmpty)
        let changes = try fields("Prices 2", "prices").changes(since: shown)
        #expect(changes.title == "Prices 2" && changes.name == nil && changes.isPublic == nil)
        // A field of one line drops the line break that a title may have.
        #expect(try fields("onetwo", "prices").changes(since: fields("one\ntwo", "prices")).isEmpty)
    }
}
