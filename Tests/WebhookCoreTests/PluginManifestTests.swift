import JSONFilter
import Testing
import WebhookCore

struct PluginManifestTests {
    private static func manifest(_ text: String, name: String? = "shop") throws -> PluginManifest {
        try PluginManifest(name: name, JSONValue(parsing: Array(text.utf8)))
    }

    @Test func `everything but the name may be left out`() throws {
        let manifest = try Self.manifest(#"{"name": "shop"}"#, name: nil)
        #expect(manifest.name == "shop")
        #expect(manifest.contentTables.isEmpty)
        #expect(manifest.events.isEmpty)
        #expect(throws: ValidationError.self) { try Self.manifest("{}", name: nil) }
    }

    @Test func `an event is manual unless it says so`() throws {
        let manifest = try Self.manifest(#"{"webhook_events": [{"name": "a"}, {"name": "b", "type": "auto"}]}"#)
        #expect(manifest.events.map(\.kind) == [.manual, .auto])
    }

    private static let wrong: [(String, String, ValidationError.Kind)] = [
        ("[]", "body", .malformed),
        (#"{"name": "other"}"#, "`name`", .malformed),
        (#"{"content_tables": "a"}"#, "content_tables", .malformed),
        (#"{"content_tables": ["a", 1]}"#, "content_tables[1]", .malformed),
        (#"{"content_tables": ["a b"]}"#, "content_tables[0]", .malformed),
        (#"{"content_tables": ["\#(String(repeating: "x", count: 116))"]}"#, "content_tables[0]", .outOfRange),
        (#"{"webhook_events": [{"type": "auto"}]}"#, "webhook_events[0].name", .malformed),
        (#"{"webhook_events": [{"name": "a b"}]}"#, "webhook_events[0].name", .malformed),
        (#"{"webhook_events": [{"name": "a", "type": "system"}]}"#, "webhook_events[0].type", .outOfRange),
        (#"{"webhook_events": [{"name": "a", "more": "b"}]}"#, "webhook_events[0].more", .malformed),
        (#"{"webhook_events": [{"name": "a", "name": "b"}]}"#, "webhook_events[0].name", .malformed),
    ]

    @Test(arguments: wrong)
    func `what is wrong is named`(text: String, member: String, kind: ValidationError.Kind) throws {
        let error = #expect(throws: ValidationError.self) { try Self.manifest(text) }
        #expect(error?.member == member)
        #expect(error?.kind == kind)
    }

    @Test(arguments: ["core", "martlet", "a b", "", String(repeating: "x", count: 65)])
    func `some names no plugin may have`(name: String) throws {
        let error = #expect(throws: ValidationError.self) { try Self.manifest("{}", name: name) }
        #expect(error?.member == "name")
    }

    @Test func `sizes are bounded`() throws {
        let many = Array(repeating: #""a""#, count: PluginManifest.countMax + 1).joined(separator: ",")
        #expect(throws: ValidationError.self) { try Self.manifest(#"{"content_tables": [\#(many)]}"#) }
        let long = String(repeating: "x", count: PluginManifest.descriptionLengthMax + 1)
        #expect(throws: ValidationError.self) {
            try Self.manifest(#"{"webhook_events": [{"name": "a", "description": "\#(long)"}]}"#)
        }
    }
}
