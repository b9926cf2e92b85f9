import Postgres
import Testing
import WebhookCore
import WebhookStore

struct RotateSecretTests {
    private static let old = TestStore.secret(for: .standard)
    private static let new = TestStore.secret(for: .standard, seed: 9)
    private static let body = Array("{}".utf8)

    /// Which of the secrets a receiver can verify a request with, signed at `now`.
    private static func verifying(
        _ stored: StoredSubscription, in store: TestStore, now: Timestamp
    ) throws -> [SubscriptionSecret] {
        let subscription = try store.subscriptions.prepare(stored, now: now)
        let headers = subscription.signer.headers(id: DeliveryID(rawValue: 1), body: body, now: now)
        return [old, new].filter { secret in
            let verifier = SignatureVerifier(profile: .standard, secrets: [secret])
            do {
                try verifier.verify(headers: headers, body: body, now: now)
                return true
            } catch {
                return false
            }
        }
    }

    private static func now(of store: TestStore) async throws -> Timestamp {
        let seconds = try await store.value("SELECT extract(epoch FROM now())::bigint::text")
        return Timestamp(secondsSinceUnixEpoch: try #require(seconds.flatMap { Int64($0) }))
    }

    @Test func `without an overlap the old secret is void at once`() async throws {
        try await withStore { store in
            let created = try await store.subscribe()
            let now = try await Self.now(of: store)
            #expect(try Self.verifying(created, in: store, now: now) == [Self.old])
            let rotated = try #require(
                try await store.subscriptions.rotateSecret(of: created, to: Self.new, overlap: nil))
            #expect(try Self.verifying(rotated, in: store, now: now) == [Self.new])
            #expect(rotated.overlapLeft(at: now) == nil)
        }
    }

    @Test func `with an overlap both sign until it ends`() async throws {
        try await withStore { store in
            let created = try await store.subscribe()
            let now = try await Self.now(of: store)
            let rotated = try #require(
                try await store.subscriptions.rotateSecret(of: created, to: Self.new, overlap: .seconds(3_600)))
            #expect(try Self.verifying(rotated, in: store, now: now) == [Self.old, Self.new])
            let left = try #require(rotated.overlapLeft(at: now))
            #expect(left > .seconds(3_590) && left < .seconds(3_610))
            let almost = now + left - .milliseconds(1)
            #expect(try Self.verifying(rotated, in: store, now: almost) == [Self.old, Self.new])
            #expect(try Self.verifying(rotated, in: store, now: now + left) == [Self.new])
        }
    }

    @Test func `another rotation or a secret of the owner's voids the one that overlapped`() async throws {
        try await withStore { store in
            let created = try await store.subscribe()
            let now = try await Self.now(of: store)
            let rotated = try #require(
                try await store.subscriptions.rotateSecret(of: created, to: Self.new, overlap: .seconds(3_600)))
            let third = TestStore.secret(for: .standard, seed: 3)
            let again = try #require(
                try await store.subscriptions.rotateSecret(of: rotated, to: third, overlap: .seconds(3_600)))
            #expect(try Self.verifying(again, in: store, now: now) == [Self.new])
            let chosen = try #require(
                try await store.subscriptions.update(again, to: again.settings, secret: Self.old))
            #expect(try Self.verifying(chosen, in: store, now: now) == [Self.old])
        }
    }

    @Test func `a change of other settings keeps the overlap`() async throws {
        try await withStore { store in
            let created = try await store.subscribe()
            let now = try await Self.now(of: store)
            let rotated = try #require(
                try await store.subscriptions.rotateSecret(of: created, to: Self.new, overlap: .seconds(3_600)))
            var settings = rotated.settings
            settings.name = "Renamed"
            let renamed = try #require(try await store.subscriptions.update(rotated, to: settings, secret: nil))
            #expect(try Self.verifying(renamed, in: store, now: now) == [Self.old, Self.new])
        }
    }

    @Test func `a secret that does not fit a changed profile is refused by name`() async throws {
        try await withStore { store in
            let created = try await store.subscribe(profile: .newmeta)
            var settings = created.settings
            settings.profile = .standard
            let changed = try #require(try await store.subscriptions.update(created, to: settings, secret: nil))
            #expect(throws: SecretVaultError.secretDoesNotFitProfile(.standard)) {
                try store.subscriptions.prepare(changed, now: TestStore.now)
            }
        }
    }
}
