/// The kinds of JSON value (RFC 8259 §3); `true` and `false` count as one.
public enum JSONKind: Sendable, Equatable {
    case object, array, string, number, bool, null
}
