import Testing
import WebhookCore

struct SubscriptionSecretTests {
    @Test func `the key of a standard secret is what its Base64 stands for`() throws {
        let secret = try SubscriptionSecret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", for: .standard)
        #expect(secret.key == Array(0..<32))
    }

    @Test(arguments: [
        "", "whsec_", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_not base64",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n",
        "WHSEC_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=",
        "whsec_" + String(repeating: "AAAA", count: 22),
    ])
    func `a standard secret needs the prefix and 24 to 64 bytes in Base64`(text: String) {
        #expect(throws: ValidationError.self) { try SubscriptionSecret(text, for: .standard) }
    }

    @Test(arguments: [Profile.newmeta, .mautic])
    func `other secrets are 16 to 256 bytes of text, which are the key`(profile: Profile) throws {
        #expect(try SubscriptionSecret("sixteen bytes äö", for: profile).key == Array("sixteen bytes äö".utf8))
        for text in ["fifteen bytes..", String(repeating: "x", count: 257), "sixteen bytes..\n"] {
            #expect(throws: ValidationError.self) { try SubscriptionSecret(text, for: profile) }
        }
    }

    @Test(arguments: Profile.allCases)
    func `a generated secret passes the check of its profile`(profile: Profile) throws {
        let secret = SubscriptionSecret.generate(for: profile, randomBytes: Array(0..<32))
        #expect(try SubscriptionSecret(secret.text, for: profile) == secret)
        #expect(SubscriptionSecret(stored: secret.text, for: profile) == secret)
    }

    @Test func `a secret shows itself in no description, dump or error`() {
        let secret = SubscriptionSecret.generate(for: .newmeta, randomBytes: Array(0..<32))
        var dumped = ""
        dump([secret], to: &dumped)
        for shown in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
            #expect(!shown.contains("000102"))
            #expect(!shown.contains("48, 48"))
        }
        let error = #expect(throws: ValidationError.self) { try SubscriptionSecret("my bad password", for: .standard) }
        #expect(error?.description.contains("password") == false)
    }
}
