import HTTPTypes
import Synchronization
import WebhookCore
import WebhookStore

/// The secrets of the tables that were pushed to last. They are never believed alone: what they accept, the database
/// accepts again with the push, and what they do not accept is held against the secret there is.
final class KnownSecrets: Sendable {
    static let countMax = 1_024

    private let secrets = Mutex<[TableID: KnownSecret]>([:])

    subscript(table: TableID) -> KnownSecret? {
        get { secrets.withLock { $0[table] } }
        set {
            secrets.withLock { secrets in
                // So many at once: starting again costs each a look-up.
                if secrets.count >= Self.countMax, secrets[table] == nil { secrets = [:] }
                secrets[table] = newValue
            }
        }
    }
}

extension HTTPField.Name {
    static let xMMTSignature = HTTPField.Name(PushSignature.headerName)!
}
