import JSONFilter
import Testing

struct JSONObjectScannerTests {
    private func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    @Test func `members come in order with the exact bytes of their values`() throws {
        let bytes = Array(
            #" { "event" : "x\n" , "d\u0061ta":{ "a" : [1, {}] } ,"n":-1.50,"t":true,"f" : false,"z":null,"l":[ ],"o":{} } "#
                .utf8)
        let members = try JSONObjectScanner(bytes).members
        #expect(members.map(\.name) == ["event", "data", "n", "t", "f", "z", "l", "o"])
        #expect(members.map(\.kind) == [.string, .object, .number, .bool, .bool, .null, .array, .object])
        let values = members.map { text(bytes, $0.range) }
        #expect(values == [#""x\n""#, #"{ "a" : [1, {}] }"#, "-1.50", "true", "false", "null", "[ ]", "{}"])
    }

    @Test func `an empty object has no members`() throws {
        #expect(try JSONObjectScanner(Array(" { } ".utf8)).members.isEmpty)
    }

    @Test func `names that occur twice are all there, and reported`() throws {
        let scanner = try JSONObjectScanner(Array(#"{"a":1,"b":2,"a":3}"#.utf8))
        #expect(scanner.members.map(\.name) == ["a", "b", "a"])
        #expect(scanner.duplicateName == "a")
        #expect(scanner.member(named: "a") == scanner.members[0])
        #expect(scanner.member(named: "c") == nil)
        #expect(try JSONObjectScanner(Array(#"{"a":{"b":1,"b":2},"b":1}"#.utf8)).duplicateName == nil)
    }

    @Test(arguments: [("[1]", 0), (" 1", 1), ("\"{}\"", 0), ("  null", 2), ("true", 0)])
    func `another kind of value is no object`(text: String, offset: Int) {
        let error = failure { _ = try JSONObjectScanner(Array(text.utf8)) }
        #expect(error == JSONError(offset: offset, reason: .notAnObject))
    }

    @Test func `the whole document has to be valid, also behind and inside of the members`() {
        for (text, offset) in [(#"{"a":1} x"#, 8), (#"{"a":{"b":[1,]}}"#, 13), (#"{"a":1,}"#, 7)] {
            let error = failure { _ = try JSONObjectScanner(Array(text.utf8)) }
            #expect(error == JSONError(offset: offset, reason: .unexpectedCharacter))
        }
    }

    @Test func `a line of many is read in its range`() throws {
        let lines = Array("{\"a\":1}\n{\"b\":[2]}\n".utf8)
        let member = try #require(JSONObjectScanner(lines, in: 8..<17).members.first)
        #expect(member.name == "b")
        #expect(text(lines, member.range) == "[2]")
    }

    @Test func `every value of a generated document is a document of its own`() throws {
        var generator = DocumentGenerator(seed: 7_000)
        for _ in 0..<300 {
            let document = generator.document().text
            let bytes = Array("{\"a\":\(document),\"b\" : \(document) }".utf8)
            for member in try JSONObjectScanner(bytes).members {
                #expect(try JSONValue(parsing: bytes, in: member.range) == JSONValue(parsing: Array(document.utf8)))
                #expect(try JSONValue(parsing: bytes, in: member.range).kind == member.kind)
            }
        }
    }
}
