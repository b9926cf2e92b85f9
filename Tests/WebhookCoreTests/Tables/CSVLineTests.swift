import Testing
import WebhookCore

struct CSVLineTests {
    private func line(_ fields: String...) -> String {
        var bytes: [UInt8] = []
        CSVLine.append(fields, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a record ends with CRLF and separates its fields by commas`() {
        #expect(line("a", "", "c") == "a,,c\r\n")
    }

    @Test(arguments: [
        ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("two\nlines", "\"two\nlines\""), ("cr\r", "\"cr\r\""),
        (" blank", "\" blank\""), ("a;b", "\"a;b\""), ("a\tb", "\"a\tb\""), ("é😀", "é😀"),
    ])
    func `a field is quoted where another could begin, and its quotes are doubled`(field: String, written: String) {
        #expect(line(field) == written + "\r\n")
    }

    @Test(arguments: [
        "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "  =1", "\u{A0}=1", "＝1＋1",
        "＋1",
        "－1", "＠A1", "-", "+", "-1-1", "+49 170 1", "-2+3+cmd|' /C calc'!A0", "-5e", "-.5", "-5.", "-5 ", "+x",
    ])
    func `a field that a spreadsheet would compute is shown as text`(field: String) {
        #expect(line(field) == "\"'\(field)\"\r\n")
    }

    @Test func `quotes cannot end a field that is kept from being computed`() {
        #expect(
            line("=HYPERLINK(\"https://evil.example\",\"x\")")
                == "\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")\"\r\n")
    }

    @Test(arguments: ["-5", "+5", "-19.90", "+1.5e3", "-1E-7", "5", "19.90"])
    func `plain numbers stay numbers`(field: String) {
        #expect(line(field) == field + "\r\n")
    }
}
