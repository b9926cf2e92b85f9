/// An error or notice as the server worded it, reduced to what may be shown.
struct ServerMessage: Equatable {
    /// `ERROR`, `FATAL`, `PANIC`, `NOTICE` …, never translated.
    let severity: String
    /// Empty when libpq itself made the message: the connection broke.
    let state: SQLState
    let text: String
    let constraint: String?

    /// The session ends with this message.
    var isFatal: Bool { severity == "FATAL" || severity == "PANIC" || state.rawValue.isEmpty }

    /// The state and the message, in one line.
    var shownText: String {
        let shown = Self.oneLine(Self.withoutValues(text, state: state))
        return state.rawValue.isEmpty ? shown : "\(state) \(shown)"
    }

    var error: PostgresError {
        if isFatal { return .connectionLost(detail: shownText) }
        return .server(state, message: Self.withoutValues(text, state: state), constraint: constraint)
    }

    /// Messages of class 22 (data exceptions) quote the offending value: `invalid input syntax for type integer: "…"`.
    /// It may itself contain quotes, so everything from the first to the last goes; bytes in hexadecimal go as well.
    static func withoutValues(_ text: String, state: SQLState) -> String {
        guard state.classCode == "22" else { return text }
        var bytes = Array(text.utf8)
        let quote = UInt8(ascii: "\"")
        if let first = bytes.firstIndex(of: quote), let last = bytes.lastIndex(of: quote) {
            bytes.replaceSubrange(first...last, with: Array("\"…\"".utf8))
        }
        // `invalid byte sequence for encoding "UTF8": 0xff`: the bytes are always last.
        if let colon = bytes.indices.first(where: { bytes[$0...].starts(with: ": 0x".utf8) }) {
            bytes.removeSubrange(colon...)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// libpq's own messages span lines; logs and errors want one.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
