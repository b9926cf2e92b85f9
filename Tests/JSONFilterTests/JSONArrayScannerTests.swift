import JSONFilter
import Testing

struct JSONArrayScannerTests {
    @Test func `elements come in order with the exact bytes of their values`() throws {
        let bytes = Array(#" [ {"a":[1]} , "x" ,1.50,null,[ ],false ] "#.utf8)
        let elements = try JSONArrayScanner(bytes).elements
        #expect(elements.map(\.kind) == [.object, .string, .number, .null, .array, .bool])
        let values = elements.map { String(decoding: bytes[$0.range], as: UTF8.self) }
        #expect(values == [#"{"a":[1]}"#, #""x""#, "1.50", "null", "[ ]", "false"])
    }

    @Test func `an element is taken apart where it stands`() throws {
        let bytes = Array(#"[{"event":"x"},{"event":"y"}]"#.utf8)
        let events = try JSONArrayScanner(bytes).elements.map { element in
            let event = try #require(JSONObjectScanner(bytes, in: element.range).member(named: "event"))
            return try JSONString.decode(bytes, in: event.range)
        }
        #expect(events == ["x", "y"])
    }

    @Test func `another kind of value is no array`() {
        let error = failure { _ = try JSONArrayScanner(Array(" {}".utf8)) }
        #expect(error == JSONError(offset: 1, reason: .notAnArray))
    }
}
