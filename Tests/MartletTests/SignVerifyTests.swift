import PrivatePostgres
import Testing

struct SignVerifyTests {
    static let secrets = [
        "standard": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "newmeta": "a secret of sixteen bytes or more",
        "mautic": "another secret, long enough",
    ]

    static let body = #"{"total": 19.90}"#

    /// Signs `body`, and verifies `received` with the headers.
    private func roundTrip(
        profile: String, received: String, timestamp: String? = nil, verifySecret: String? = nil
    ) async throws -> CommandRun {
        let secret = try #require(Self.secrets[profile])
        let sign = try await CommandRun.martlet(
            ["sign", "--profile", profile] + (timestamp.map { ["--timestamp", $0] } ?? []),
            environment: ["WEBHOOK_SECRET": secret], input: Self.body)
        #expect(sign.exit == .exited(0))
        #expect(!sign.lines.isEmpty)
        return try await CommandRun.martlet(
            ["verify", "--profile", profile] + sign.lines.flatMap { ["--header", $0] },
            environment: ["WEBHOOK_SECRET": verifySecret ?? secret], input: received)
    }

    @Test(arguments: ["standard", "newmeta", "mautic"])
    func `what was signed verifies`(profile: String) async throws {
        let verify = try await roundTrip(profile: profile, received: Self.body)
        #expect(verify.exit == .exited(0))
        #expect(verify.output == "verified")
    }

    @Test(arguments: ["standard", "newmeta", "mautic"])
    func `a changed body does not verify`(profile: String) async throws {
        let verify = try await roundTrip(profile: profile, received: #"{"total": 19.9}"#)
        #expect(verify.exit == .exited(1))
        #expect(verify.output.contains("does not match"))
    }

    @Test(arguments: ["standard", "newmeta", "mautic"])
    func `another secret does not verify`(profile: String) async throws {
        let other = profile == "standard" ? "whsec_\(String(repeating: "A", count: 42))E=" : "some other long secret"
        let verify = try await roundTrip(profile: profile, received: Self.body, verifySecret: other)
        #expect(verify.exit == .exited(1))
        #expect(verify.output.contains("does not match"))
    }

    @Test func `an old request does not verify`() async throws {
        let verify = try await roundTrip(profile: "standard", received: Self.body, timestamp: "1700000000")
        #expect(verify.exit == .exited(1))
        #expect(verify.output.contains("too old"))
    }

    @Test func `without a secret nothing is signed`() async throws {
        let sign = try await CommandRun.martlet(["sign"], input: Self.body)
        #expect(sign.exit == .exited(64))
        #expect(sign.errorText.contains("a secret is needed"))
    }
}
