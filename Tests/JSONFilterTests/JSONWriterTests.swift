import JSONFilter
import Testing

struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(reservingCapacity: 64)
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `commas stand between members and between elements, and nowhere else`() {
        let text = written { writer in
            writer.beginObject()
            writer.name("a")
            writer.integer(1)
            writer.name("b")
            writer.beginArray()
            writer.beginObject()
            writer.endObject()
            writer.beginArray()
            writer.endArray()
            writer.bool(true)
            writer.bool(false)
            writer.endArray()
            writer.name("c")
            writer.null()
            writer.endObject()
        }
        #expect(text == #"{"a":1,"b":[{},[],true,false],"c":null}"#)
    }

    @Test func `only quotes, backslashes and control characters are escaped`() {
        let text = written { $0.string("\"\\/\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}\u{7F}ä😀\u{2028}") }
        #expect(text == "\"\\\"\\\\/\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u{7F}ä😀\u{2028}\"")
    }

    @Test func `names are escaped like strings`() {
        let text = written { writer in
            writer.beginObject()
            writer.name("a\"\n")
            writer.string("")
            writer.endObject()
        }
        #expect(text == #"{"a\"\n":""}"#)
    }

    @Test func `raw values stand as they are`() {
        let bytes = Array(#"{"data":19.90 }"#.utf8)
        let text = written { writer in
            writer.beginArray()
            writer.raw(Array("{ }".utf8))
            writer.raw(bytes[8..<13])
            writer.endArray()
        }
        #expect(text == "[{ },19.90]")
    }

    @Test(arguments: [(0.0, "0.0"), (0.25, "0.25"), (-1e300, "-1e+300"), (.infinity, "null"), (.nan, "null")])
    func `a double is a JSON number or null`(value: Double, expected: String) throws {
        let text = written { $0.double(value) }
        #expect(text == expected)
        try JSONScanner.validate(Array(text.utf8))
    }

    @Test func `integers of every width are written in full`() {
        let text = written { writer in
            writer.beginArray()
            writer.integer(Int64.min)
            writer.integer(UInt64.max)
            writer.integer(-1 as Int16)
            writer.endArray()
        }
        #expect(text == "[-9223372036854775808,18446744073709551615,-1]")
    }
}
