import Foundation

/// What WordPress allows, extracted from it: `Tests/Fixtures/kses-post.json`.
struct Facts: Decodable, Sendable {
    let elements: [String: [String]]
    let globalAttributes: [String]
    let voidElementsInList: [String]
    let uriAttributes: [String]
    let protocols: [String]
    let css: CSS
    let entities: Entities

    struct CSS: Decodable, Sendable {
        let allowedProperties: [String]
        let urlProperties: [String]
        let urlPropertiesNotThemselvesAllowed: [String]
        let gradientProperties: [String]
        let gradientFunctions: [String]
        let functionsAllowedAnywhere: [String]
    }

    struct Entities: Decodable, Sendable {
        let namedAllowed: [String]
    }

    static func read(file: String = #filePath) throws -> Facts {
        let fixtures = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            Facts.self, from: Data(contentsOf: fixtures.appendingPathComponent("Fixtures/kses-post.json")))
    }
}
