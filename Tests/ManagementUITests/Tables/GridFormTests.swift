import Testing
import WebhookCore

@testable import ManagementUI

struct GridFormTests {
    private let sound = [
        "version": "4", "before": "0", "stored": "1", "rows": "2", "columns": "2",
        "h.0": "A", "h.1": "B", "c.0.0": "1", "c.0.1": "2", "c.1.0": "3", "c.1.1": "4",
        "delete-row.0": "on", "delete-column.1": "on",
    ]

    private func draft(_ fields: [String: String]) throws -> GridDraft {
        try GridDraft(Form(Array(fields.map { "\($0.key)=\($0.value)" }.joined(separator: "&").utf8)))
    }

    @Test func `the form brings back the page`() throws {
        let draft = try draft(sound)
        #expect(draft.version == 4 && draft.storedCount == 1 && draft.addedCount == 1)
        #expect(draft.headers == ["A", "B"])
        #expect(draft.rows.map(\.cells) == [["1", "2"], ["3", "4"]])
        #expect(draft.rows.map(\.isMarked) == [true, false])
        #expect(draft.markedColumns == [1])
    }

    @Test(arguments: ["version", "before", "stored", "rows", "columns", "h.1", "c.1.1"])
    func `a field that is missing empties nothing`(field: String) {
        #expect(throws: Refusal.self) { try draft(sound.filter { $0.key != field }) }
    }

    @Test(arguments: [
        ["columns": "101"], ["rows": "101"], ["stored": "51"], ["rows": "0"], ["before": "-1"], ["version": "-1"],
        ["columns": "99999999999"],
    ])
    func `more than a page may hold is refused`(fields: [String: String]) {
        #expect(throws: Refusal.self) { try draft(sound.merging(fields) { $1 }) }
    }
}
