/// What a call asks its caller to be allowed.
enum Permission: Sendable, CustomStringConvertible {
    /// Nothing: everybody may.
    case open
    case read
    case publish
    case administer

    /// The rest of a sentence that begins with "may not".
    var description: String {
        switch self {
        case .open: "call this"
        case .read: "read this"
        case .publish: "dispatch events"
        case .administer: "change this"
        }
    }
}
