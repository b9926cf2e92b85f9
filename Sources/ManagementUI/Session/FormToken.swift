import GatewayCrypto

/// What every form carries back, so that a form which was not ours is told apart: 128 random bits.
struct FormToken: Sendable {
    static let byteCount = 16
    /// The name of the field.
    static let fieldName = "token"

    let bytes: [UInt8]

    static func random() -> FormToken { FormToken(bytes: SecureRandom.bytes(byteCount)) }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// `nil` unless these are as many bytes as a token has.
    init?(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == Self.byteCount else { return nil }
    }

    /// Reads what `text` writes.
    init?(text: String) {
        guard let bytes = Base64.decodeURL(text) else { return nil }
        self.init(bytes as [UInt8])
    }

    var text: String { Base64.encodeURL(bytes) }

    /// Whether `text` is this token, in a time that does not tell how much of it is right.
    func matches(_ text: String?) -> Bool {
        guard let text else { return false }
        return constantTimeEqual(Array(self.text.utf8), Array(text.utf8))
    }
}
