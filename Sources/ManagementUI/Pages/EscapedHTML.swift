import Mustache

/// Text as it may stand in HTML, between tags and between the quotes of an attribute.
///
/// Mustache's own escaping compares grapheme clusters: to it a quote with a combining mark behind it is no quote, but to a
/// browser it ends the attribute. This one looks at bytes.
struct EscapedHTML: MustacheContentType {
    /// What templates call it.
    static let name = "ESCAPED_HTML"

    func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: { Self.reference(for: $0) != nil }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        for byte in text.utf8 {
            if let reference = Self.reference(for: byte) { bytes += reference.utf8 } else { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func reference(for byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
