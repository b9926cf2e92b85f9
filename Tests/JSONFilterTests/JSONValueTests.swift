import JSONFilter
import Testing

struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    @Test func `a document becomes the tree it describes`() throws {
        let value = try parse(#" {"a":[1,-2.50,"x\n",true,false,null,{}],"b":{"c":[]}} "#)
        #expect(
            value
                == .object([
                    JSONMember(
                        name: "a",
                        value: .array([
                            .number("1"), .number("-2.50"), .string("x\n"), .bool(true), .bool(false), .null,
                            .object([]),
                        ])),
                    JSONMember(name: "b", value: .object([JSONMember(name: "c", value: .array([]))])),
                ]))
    }

    @Test func `scalars stand alone too`() throws {
        #expect(try parse("null") == .null)
        #expect(try parse("\"\"") == .string(""))
        #expect(try parse("1E400") == .number("1E400"))
    }

    @Test func `an invalid document throws where it is invalid`() {
        let error = failure { _ = try JSONValue(parsing: Array("[1,]".utf8)) }
        #expect(error == JSONError(offset: 3, reason: .unexpectedCharacter))
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("42", 42), ("-7", -7), ("9223372036854775807", Int.max),
        ("-9223372036854775808", Int.min),
        ("9223372036854775808", nil), ("1.0", nil), ("1e2", nil), ("18446744073709551616", nil), ("\"1\"", nil),
        ("true", nil),
    ])
    func `an integer is written as one and fits`(text: String, expected: Int?) throws {
        #expect(try parse(text).intValue == expected)
    }

    @Test(arguments: [("1", 1.0), ("-2.5e1", -25.0), ("1e400", nil), ("\"1\"", nil)])
    func `a double is finite`(text: String, expected: Double?) throws {
        #expect(try parse(text).doubleValue == expected)
    }

    @Test func `accessors are nil for another kind`() throws {
        let value = try parse("[true]")
        #expect(value.arrayValue == [.bool(true)])
        #expect(value.arrayValue?.first?.boolValue == true)
        #expect(value.boolValue == nil)
        #expect(value.stringValue == nil)
        #expect(value.objectValue == nil)
        #expect(value.member(named: "a") == nil)
        #expect(value.duplicateName == nil)
        #expect(value.kind == .array)
        #expect(!value.isNull)
        #expect(JSONValue.null.isNull)
    }

    @Test func `of two members with one name the first is found and the name reported`() throws {
        let value = try parse(#"{"a":1,"b":2,"\u0061":3}"#)
        #expect(value.member(named: "a") == .number("1"))
        #expect(value.duplicateName == "a")
        #expect(try parse(#"{"a":1,"b":{"a":1}}"#).duplicateName == nil)
    }

    @Test func `names that only look alike are different names`() throws {
        let value = try parse(#"{"\u00e9":1,"e\u0301":2}"#)
        #expect(value.duplicateName == nil)
        #expect(value.member(named: "e\u{301}") == .number("2"))
    }

    @Test func `generated documents come back from the writer with the same tree`() throws {
        var generator = DocumentGenerator(seed: 6_000)
        for _ in 0..<500 {
            let value = try parse(generator.document().text)
            var writer = JSONWriter()
            writer.value(value)
            #expect(try JSONValue(parsing: writer.bytes) == value)
        }
    }
}
