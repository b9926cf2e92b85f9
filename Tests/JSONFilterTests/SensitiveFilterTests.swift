import JSONFilter
import Testing

struct SensitiveFilterTests {
    private let filter = SensitiveFilter()

    @Test(arguments: 0..<8)
    func `generated documents lose their sensitive members and no other byte`(seed: UInt64) throws {
        var generator = DocumentGenerator(seed: 2_000 + seed)
        var changed = 0
        for _ in 0..<500 {
            let document = generator.document()
            let filtered = String(decoding: try filter.filtered(Array(document.text.utf8)), as: UTF8.self)
            #expect(filtered.utf8.elementsEqual(document.filtered.utf8), "\(document.text)")
            if filtered != document.text { changed += 1 }
        }
        #expect((50...450).contains(changed), "documents have to be of both kinds")
    }

    @Test func `filtering twice is filtering once`() throws {
        var generator = DocumentGenerator(seed: 3_000)
        for _ in 0..<500 {
            let once = try filter.filtered(Array(generator.document().text.utf8))
            #expect(try filter.filtered(once) == once)
        }
    }

    @Test func `the filter refuses exactly what the scanner refuses, with the same error`() {
        var generator = DocumentGenerator(seed: 4_000)
        for _ in 0..<2_000 {
            let bytes = generator.mutated(Array(generator.document().text.utf8))
            #expect(failure { try JSONScanner.validate(bytes) } == failure { _ = try filter.filtered(bytes) })
        }
    }

    @Test func `the value in a range is filtered like a document of its own`() throws {
        var generator = DocumentGenerator(seed: 5_000)
        for _ in 0..<500 {
            let document = generator.document()
            let envelope = Array("{\"event\": \"x\" , \"data\":\(document.text)}".utf8)
            let data = try #require(JSONObjectScanner(envelope).member(named: "data"))
            let filtered = try filter.filtered(envelope, in: data.range)
            #expect(filtered == trimmed(document.filtered))
        }
    }

    private func trimmed(_ text: String) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { " \t\r\n".utf8.contains($0) }
        return text.utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    }

    @Test func `an untouched document is returned without a copy`() throws {
        let bytes = Array(#"{"id":1,"list":[{"name":"x"}]}"#.utf8)
        let filtered = try filter.filtered(bytes)
        let addresses = (bytes.withUnsafeBufferPointer(\.baseAddress), filtered.withUnsafeBufferPointer(\.baseAddress))
        #expect(addresses.0 == addresses.1)
    }

    @Test func `keywords are the defaults and then the additional ones, normalised, each once`() {
        let keywords = SensitiveFilter(additionalKeywords: [" IBAN ", "Key", "", "\t\n", "iban", "Größe", "GRÖSSE"])
            .keywords
        #expect(keywords == SensitiveFilter.defaultKeywords + ["iban", "größe", "grÖsse"])
    }

    @Test(arguments: [1, 2, 5, 12, 40, 63, 64, 65, 90])
    func `any number of keywords of any length is found where a plain search finds them`(count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        let letters = Array("abAB_ü")
        func word(_ lengths: ClosedRange<Int>) -> String {
            String((0..<Int.random(in: lengths, using: &random)).map { _ in letters.randomElement(using: &random)! })
        }
        for _ in 0..<5 {
            let filter = SensitiveFilter(additionalKeywords: (0..<count).map { _ in word(3...(count < 3 ? 80 : 9)) })
            for _ in 0..<50 {
                let name =
                    word(0...12) + (Bool.random(using: &random) ? filter.keywords.randomElement(using: &random)! : "")
                let lowercased = name.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
                let expected = filter.keywords.contains { keyword in
                    lowercased.indices.contains { lowercased[$0...].starts(with: keyword.utf8) }
                }
                #expect(filter.drops(name: name) == expected, "\(name) \(filter.keywords)")
            }
        }
    }

    @Test func `a long name that nearly matches everywhere is searched and kept`() throws {
        let name = String(repeating: "passwopasswortokesecre", count: 50_000)
        let bytes = Array("{\"\(name)\":1}".utf8)
        #expect(try filter.filtered(bytes) == bytes)
    }

    @Test func `a hundred thousand sensitive members leave an empty object`() throws {
        let members = (0..<100_000).map { "\"key\($0)\":{\"token\":[\($0)]}" }
        let bytes = Array("{\(members.joined(separator: ","))}".utf8)
        #expect(try filter.filtered(bytes) == Array("{}".utf8))
    }

    @Test func `a hundred thousand sensitive members between others go`() throws {
        let members = (0..<100_000).map { $0.isMultiple(of: 2) ? "\"key\":1" : "\"id\":\($0)" }
        let kept = (0..<100_000).filter { !$0.isMultiple(of: 2) }.map { "\"id\":\($0)" }
        let filtered = try filter.filtered(Array("{\(members.joined(separator: ","))}".utf8))
        #expect(filtered == Array("{\(kept.joined(separator: ","))}".utf8))
    }
}
