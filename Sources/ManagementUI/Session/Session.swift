import WebhookCore
import WebhookStore

/// Somebody is signed in: with which key, until when, and what the forms carry.
///
/// What the key allows is not in it: that is asked for anew with each request, so a session ends with its key.
struct Session: Sendable {
    /// Of every session, from its beginning.
    static let lifetime: Duration = .seconds(12 * 60 * 60)

    let key: KeyHash
    let end: Timestamp
    let token: FormToken

    init(key: KeyHash, end: Timestamp, token: FormToken) {
        (self.key, self.end, self.token) = (key, end, token)
    }

    /// One that begins at `now`.
    init(key: KeyHash, beginning now: Timestamp) {
        self.init(key: key, end: now + Self.lifetime, token: .random())
    }
}
