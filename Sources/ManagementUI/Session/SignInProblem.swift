import WebhookStore

/// Why a key opens no session.
enum SignInProblem {
    static let unknown = "This key is not valid: it is unknown, or it was deleted."
    static let publisher =
        "This key may dispatch events and nothing else (its role is publisher). Sign in with an admin key, or with a "
        + "viewer key to look around."

    /// `nil`: there is none.
    static func of(_ caller: Caller?) -> String? {
        switch caller?.role {
        case nil: unknown
        case .publisher: publisher
        case .admin, .viewer: nil
        }
    }
}
