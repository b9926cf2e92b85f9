import Foundation
import JSONFilter
import Postgres
import Testing
import WebhookStore

struct FilterSensitiveTests {
    /// The table that Swift and SQL share; see `FilterCase` beside the tests of `SensitiveFilter`.
    private struct Case: Decodable, Sendable {
        let name: String
        let input: String
        let output: String?
        let keywords: [String]?
        /// PostgreSQL's `json` takes it; `filter_sensitive` need not refuse it in the same words.
        let swiftOnly: Bool?
    }

    private struct Filter: Statement {
        let data: [UInt8]
        static let sql = "SELECT martlet.filter_sensitive($1)"
        func encode(into parameters: inout Parameters) { parameters.json(data) }
        static func decode(_ row: inout RowReader) throws(PostgresError) -> [UInt8] { try row.bytes() }
    }

    private static func filtered(_ text: String, in store: TestStore) async throws -> String? {
        do {
            let rows = try await store.database.execute(Filter(data: Array(text.utf8)), deadline: .seconds(120))
            return rows.first.map { String(decoding: $0, as: UTF8.self) }
        } catch {
            guard error.state?.classCode == "22" else { throw error }
            return nil
        }
    }

    @Test func `the table of cases holds in SQL`() async throws {
        let cases = try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: Repository.url("Tests/Fixtures/sensitive-filter-cases.json")))
        try await withStore { store in
            for filterCase in cases where filterCase.swiftOnly != true {
                try await store.run("DELETE FROM martlet.sensitive_keywords")
                if let keywords = filterCase.keywords {
                    _ = try await SensitiveKeywordStore(store.database).add(keywords)
                }
                let output = try await Self.filtered(filterCase.input, in: store)
                #expect(output == filterCase.output, "\(filterCase.name)")
            }
        }
        #expect(cases.count { $0.swiftOnly != true } > 100)
    }

    @Test func `generated documents come out as Swift's filter leaves them`() async throws {
        try await withStore { store in
            var random = SplitMix64(seed: 20_261_122)
            let filter = SensitiveFilter()
            for _ in 0..<400 {
                let document = Self.document(depth: 0, &random)
                let expected = try filter.filtered(Array(document.utf8))
                let output = try await Self.filtered(document, in: store)
                #expect(output == String(decoding: expected, as: UTF8.self), "\(document)")
            }
        }
    }

    private static let names = [
        "id", "key", "api_Key", "\\u006bey", "\\\\u006bey", "k\\u0065y", "tok\\nen", "to\\u006Ben", "\\\"salt", "a\\\\",
        "",
    ]
    private static let spaces = ["", "", " ", "\n\t"]
    private static let scalars = [
        "1", "-0.50", "\"key\"", "\"\\\"secret\\\":1,\"", "\"{[\"", "null", "true", "\"\\\\\"",
    ]

    private static func document(depth: Int, _ random: inout SplitMix64) -> String {
        func space(_ random: inout SplitMix64) -> String { spaces.randomElement(using: &random) ?? "" }
        let kind = depth > 3 ? 0 : Int.random(in: 0...2, using: &random)
        guard kind > 0 else { return scalars.randomElement(using: &random) ?? "1" }
        var parts: [String] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let name = names.randomElement(using: &random) ?? ""
            let value = document(depth: depth + 1, &random)
            let (before, after) = (space(&random), space(&random))
            parts.append(kind == 1 ? "\(before)\"\(name)\"\(after):\(value)\(before)" : "\(after)\(value)\(before)")
        }
        let body = parts.isEmpty ? space(&random) : parts.joined(separator: ",")
        return kind == 1 ? "{\(body)}" : "[\(body)]"
    }

    @Test(arguments: [512, 513])
    func `containers may be nested 512 deep and no deeper, whether or not they would go`(depth: Int) async throws {
        try await withStore { store in
            let inner = depth - 1
            let plain = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let dropped =
                "{\"key\":" + String(repeating: "[", count: inner) + String(repeating: "]", count: inner) + "}"
            let kept = try await Self.filtered(plain, in: store)
            #expect(kept == (depth == 512 ? plain : nil))
            #expect(try await Self.filtered(dropped, in: store) == (depth == 512 ? "{}" : nil))
        }
    }

    /// 1 MiB, most of it one text many times: what a filter that takes quadratic time would not finish.
    private struct Hostile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let start: String
        let repeated: String
        let end: String
        /// How the result begins; when `dropped` is `nil`, all of it.
        var filteredStart: String
        /// How often less the text is repeated in the result.
        var dropped: Int? = 0

        var count: Int { (1_048_576 - start.utf8.count - end.utf8.count) / repeated.utf8.count }
        var input: String { start + String(repeating: repeated, count: count) + end }
        var output: String {
            guard let dropped else { return filteredStart }
            return filteredStart + String(repeating: repeated, count: count - dropped) + end
        }
    }

    private static let hostile = [
        Hostile(
            testDescription: "members", start: #"{"key":0"#, repeated: #","a":1"#, end: "}",
            filteredStart: #"{"a":1"#, dropped: 1),
        Hostile(
            testDescription: "sensitive members", start: #"{"a":0"#, repeated: #","key":1"#, end: "}",
            filteredStart: #"{"a":0}"#, dropped: nil),
        Hostile(
            testDescription: "escapes in a name", start: #"{"key":0,""#, repeated: #"\u006b"#, end: #"":1}"#,
            filteredStart: #"{""#),
        Hostile(
            testDescription: "backslashes in a name", start: #"{"key":0,""#, repeated: #"\\"#, end: #"":1}"#,
            filteredStart: #"{""#),
        Hostile(
            testDescription: "beginnings of a keyword", start: #"{"key":0,""#, repeated: "pass", end: #"":1}"#,
            filteredStart: #"{""#),
        Hostile(
            testDescription: "arrays inside of what goes", start: #"{"key":[0"#, repeated: ",[]", end: "],\"a\":1}",
            filteredStart: #"{"a":1}"#, dropped: nil),
        Hostile(
            testDescription: "a long string", start: #"{"key":0,"a":""#, repeated: "x", end: #""}"#,
            filteredStart: #"{"a":""#),
    ]

    @Test(arguments: hostile)
    private func `a hostile document of 1 MiB is filtered within its statement's deadline`(hostile: Hostile)
        async throws
    {
        try await withStore { store in
            let output = try await Self.filtered(hostile.input, in: store)
            // A difference of a megabyte need not be shown.
            #expect(output?.utf8.count == hostile.output.utf8.count)
            let isEqual = output == hostile.output
            #expect(isEqual)
        }
    }
}
