import JSONFilter
import Testing

@testable import WebhookCore

struct SourceDraftTests {
    private func settings(_ json: String) throws -> SourceSettings {
        var draft = SourceDraft()
        try draft.apply(JSONValue(parsing: Array(json.utf8)))
        return try draft.settings()
    }

    @Test func `the least that makes a source is a name and a scheme`() throws {
        let settings = try settings(#"{"name": "gh", "scheme": "github"}"#)
        #expect(settings.isActive)
        #expect(settings.tolerance == .seconds(300))
    }

    @Test(arguments: [
        #"{"scheme": "github"}"#, #"{"name": "a"}"#, #"{"name": "a", "scheme": "fax"}"#,
        #"{"name": "a.b", "scheme": "github"}"#, #"{"name": "a", "scheme": "github", "more": 1}"#,
        #"{"name": "a", "scheme": "github", "tolerance": "5m"}"#,
        #"{"name": "a", "scheme": "stripe", "tolerance": "25h"}"#,
        #"{"name": "a", "scheme": "stripe", "tolerance": "1500ms"}"#,
        #"{"name": "a", "scheme": "github", "signature_header": "X"}"#, #"{"name": "a", "scheme": "twilio"}"#,
        #"{"name": "a", "scheme": "github", "url": "https://h.example/"}"#,
        #"{"name": "a", "scheme": "twilio", "url": "https://h.example/?a"}"#,
        #"{"name": "a", "scheme": "twilio", "url": "https://u@h.example/"}"#,
        #"{"name": "a", "scheme": "twilio", "url": "ftp://h.example/"}"#,
        #"{"name": "a", "scheme": "twilio", "url": "https:///"}"#,
        #"{"name": "a", "scheme": "hmac-hex", "signature_header": "X Y"}"#,
        #"{"name": "a", "scheme": "hmac-hex", "id_header": ""}"#,
        #"{"name": "a", "scheme": "hmac-hex", "secret": "12345678", "add_secret": "12345678"}"#,
    ])
    func `what breaks a rule is refused`(json: String) {
        #expect(throws: ValidationError.self) { try settings(json) }
    }

    @Test func `a scheme that nobody knows is a wrong word, not a value out of range`() {
        #expect {
            try settings(#"{"name": "a", "scheme": "fax"}"#)
        } throws: {
            ($0 as? ValidationError)?.kind == .malformed
        }
    }

    @Test(arguments: ["300", #""300s""#, #""5m""#])
    func `a tolerance is seconds or text`(tolerance: String) throws {
        let settings = try settings(#"{"name": "a", "scheme": "stripe", "tolerance": \#(tolerance)}"#)
        #expect(settings.tolerance == .seconds(300))
    }

    @Test func `name and scheme stay`() throws {
        for change in [#"{"name": "b"}"#, #"{"scheme": "stripe"}"#] {
            var draft = SourceDraft(try settings(#"{"name": "a", "scheme": "github"}"#))
            try draft.apply(JSONValue(parsing: Array(change.utf8)))
            #expect(throws: ValidationError.self) { try draft.settings() }
        }
    }

    @Test func `a secret is replaced, added up to three, or removed`() throws {
        let old = try SourceSecret("old-secret", for: .github)
        var draft = SourceDraft()
        #expect(try draft.checkedSecrets(after: [old], for: .github) == nil)
        draft.secrets = .replace("new-secret")
        #expect(try draft.checkedSecrets(after: [old], for: .github)?.map(\.text) == ["new-secret"])
        draft.secrets = .add("new-secret")
        #expect(try draft.checkedSecrets(after: [old], for: .github)?.map(\.text) == ["old-secret", "new-secret"])
        #expect(throws: ValidationError.self) { try draft.checkedSecrets(after: [old, old, old], for: .github) }
        draft.secrets = .remove
        #expect(try draft.checkedSecrets(after: [old], for: .github) == [])
    }

    @Test(arguments: SourceScheme.allCases)
    func `a secret is made where the receiver may choose it`(scheme: SourceScheme) throws {
        let made = try SourceDraft().secretsOfNew(scheme) { [UInt8](repeating: 7, count: $0) }
        #expect(made.isEmpty == !scheme.allowsOwnSecret)
        for secret in made { #expect(try SourceSecret(secret.text, for: scheme) == secret) }
    }

    @Test func `a secret shows itself nowhere by accident`() throws {
        let secret = try SourceSecret("open-sesame", for: .github)
        var dumped = ""
        dump([secret], to: &dumped)
        #expect(!"\(secret) \(dumped)".contains("sesame"))
    }

    @Test(arguments: [
        ("short", SourceScheme.github), ("whsec_AAAA", .standard), ("whsec_!", .svix), ("a\nbcdefgh", .slack),
    ])
    func `a secret that cannot be one is refused`(text: String, scheme: SourceScheme) {
        #expect(throws: ValidationError.self) { try SourceSecret(text, for: scheme) }
    }
}
