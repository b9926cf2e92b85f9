/// The input as everything after it may take it: UTF-8, without control characters.
enum CleanInput {
    /// Lends `bytes` without the C0 controls but tab, LF and CR; what is no UTF-8 becomes U+FFFD first.
    static func with<T>(_ bytes: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
        let isASCII = bytes.allSatisfy { $0 < 0x80 }
        // Decoding repairs.
        let bytes = isASCII ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)
        return bytes.withUnsafeBufferPointer { withoutControls($0, body) }
    }

    static func with<T>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
        var text = text
        return text.withUTF8 { withoutControls($0, body) }
    }

    private static func withoutControls<T>(
        _ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> T
    ) -> T {
        guard bytes.contains(where: ASCII.isControl) else { return body(bytes) }
        return bytes.filter { !ASCII.isControl($0) }.withUnsafeBufferPointer(body)
    }
}
