import Foundation

/// One case of the table that the Swift filter and its SQL twin share.
struct FilterCase: Decodable, Sendable, CustomStringConvertible {
    let name: String
    let input: String
    /// `nil` where the input is refused.
    let output: String?
    /// Additional keywords.
    let keywords: [String]?
    /// Whether PostgreSQL's `json` accepts the input, although the filter refuses it.
    let swiftOnly: Bool?

    var description: String { name }

    static func all(file: String = #filePath) throws -> [FilterCase] {
        let fixtures = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
        let table = fixtures.appendingPathComponent("Fixtures/sensitive-filter-cases.json")
        return try JSONDecoder().decode([FilterCase].self, from: Data(contentsOf: table))
    }
}
