import Testing
import WebhookCore

@testable import ManagementUI

struct GridDraftTests {
    private func document(_ headers: [String] = ["A", "B"], _ rows: [[String]]) -> TableDocument {
        TableDocument(headers: headers, rows: rows.map(TableRow.init), settings: Array(#"{"x":1}"#.utf8))
    }

    private func numbered(_ count: Int) -> TableDocument { document(["A"], (1...count).map { ["\($0)"] }) }

    @Test func `a page that nobody edited changes nothing, rows of any length included`() {
        let document = document(["A"], [["1", "2", "3"], [], ["", ""], ["x\r\ny", "\n"]])
        let draft = GridDraft(of: document, version: 1, page: 1)
        #expect(draft.columnCount == 3)
        #expect(draft.rows.allSatisfy { $0.cells.count == 3 })
        #expect(draft.applied(to: document) == document)
    }

    @Test func `line breaks that the browser writes anew are no edit`() {
        let document = document(["A", "B"], [["one\ntwo", "x"]])
        var draft = GridDraft(of: document, version: 1, page: 1)
        draft.rows[0].cells[0] = "one\r\ntwo"
        #expect(draft.applied(to: document) == document)
        draft.rows[0].cells[0] = "one\r\ntwo\r\nthree"
        #expect(draft.applied(to: document).rows[0].cells == ["one\ntwo\nthree", "x"])
    }

    @Test func `text is compared byte by byte, not as it looks`() {
        let document = document(["A"], [["e\u{301}"]])
        var draft = GridDraft(of: document, version: 1, page: 1)
        draft.rows[0].cells[0] = "\u{E9}"
        #expect(draft.applied(to: document).rows[0].cells[0].utf8.elementsEqual("\u{E9}".utf8))
    }

    @Test func `what other pages hold stays as it is`() {
        let document = numbered(120)
        var draft = GridDraft(of: document, version: 1, page: 2)
        #expect(draft.rowsBefore == 50 && draft.storedCount == 50 && draft.page == 2)
        draft.rows[0].cells[0] = "edited"
        draft.rows[49].isMarked = true
        let edited = draft.applied(to: document)
        #expect(edited.rows.count == 119)
        #expect(edited.rows[49].cells == ["50"])
        #expect(edited.rows[50].cells == ["edited"])
        #expect(edited.rows[99].cells == ["101"])
        #expect(edited.settings == document.settings)
    }

    @Test(arguments: [(0, 1), (1, 1), (3, 3), (9, 3)])
    func `a page beyond the last is the last`(asked: Int, shown: Int) {
        #expect(GridDraft(of: numbered(120), version: 1, page: max(1, asked)).page == shown)
        #expect(GridDraft(of: document([], []), version: 1, page: 9).page == 1)
    }

    @Test func `rows and columns are added, with or without anything in them`() {
        let document = document(["A"], [["1"]])
        var draft = GridDraft(of: document, version: 1, page: 1)
        draft.addColumn()
        draft.addRow()
        var edited = draft.applied(to: document)
        #expect(edited.headers == ["A", ""])
        #expect(edited.rows.map(\.cells) == [["1"], []])
        draft.rows[1].cells = ["2", "new"]
        draft.headers[1] = "B"
        edited = draft.applied(to: document)
        #expect(edited.headers == ["A", "B"])
        #expect(edited.rows.map(\.cells) == [["1"], ["2", "new"]])
    }

    @Test func `a column is deleted from every row of the table`() {
        let document = document(["A", "B", "C"], (1...60).map { ["\($0)", "b", "c"] } + [["61"]])
        var draft = GridDraft(of: document, version: 1, page: 1)
        draft.markedColumns = [0, 2]
        let edited = draft.applied(to: document)
        #expect(edited.headers == ["B"])
        #expect(edited.rows.prefix(60).allSatisfy { $0.cells == ["b"] })
        #expect(edited.rows[60].cells == [])
    }

    @Test func `saved over a table that was appended to, the new rows stay`() {
        let before = document(["A"], [["1"], ["2"]])
        var draft = GridDraft(of: before, version: 1, page: 1)
        draft.rows[0].cells[0] = "edited"
        draft.addRow()
        draft.rows[2].cells[0] = "added"
        let now = document(["A"], [["1"], ["2"], ["pushed"]])
        #expect(draft.applied(to: now).rows.map(\.cells) == [["edited"], ["2"], ["added"], ["pushed"]])
        #expect(draft.differs(from: now, row: 0, column: 0))
        #expect(!draft.differs(from: now, row: 1, column: 0))
    }

    @Test func `saved over a table that was replaced by less, all that was typed is there`() {
        var draft = GridDraft(of: document(["A"], [["1"], ["2"]]), version: 1, page: 1)
        draft.rows[1].cells[0] = "edited"
        #expect(draft.applied(to: document(["Z"], [["9", "8"]])).rows.map(\.cells) == [["1", "8"], ["edited"]])
        #expect(draft.applied(to: document([], [])).rows.map(\.cells) == [["1"], ["edited"]])
    }
}
