internal import CCrypto

/// Random bytes and texts that nobody can predict, from OpenSSL's generator.
public enum SecureRandom {
    /// 62 letters and digits: 5.95 bits a character, 190 bits in 32 of them.
    public static let alphanumerics = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    /// `count` random bytes. Ends the process when the system has no randomness to give.
    public static func bytes(_ count: Int) -> [UInt8] {
        precondition((0...Int(CInt.max)).contains(count), "\(count) random bytes")
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            precondition(
                count == 0 || RAND_bytes(buffer.baseAddress, CInt(count)) == 1, "libcrypto has no random bytes")
            initialized = count
        }
    }

    /// `length` characters, each drawn from `alphabet` with the same probability.
    ///
    /// - Parameter alphabet: 1 to 128 different ASCII characters.
    public static func text(_ length: Int, alphabet: String = alphanumerics) -> String {
        let alphabet = Array(alphabet.utf8)
        precondition(!alphabet.isEmpty && alphabet.allSatisfy { $0 < 0x80 }, "an alphabet of ASCII characters")
        precondition(Set(alphabet).count == alphabet.count, "an alphabet of different characters")
        precondition(length >= 0, "a text of \(length) characters")
        // Bytes from here on would favour the first characters of the alphabet: draw again.
        let limit = 256 - 256 % alphabet.count
        var text: [UInt8] = []
        text.reserveCapacity(length)
        while text.count < length {
            for byte in bytes(length - text.count) where Int(byte) < limit {
                text.append(alphabet[Int(byte) % alphabet.count])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
