internal import CCrypto
import Synchronization

/// A key for HMAC (RFC 2104), with SHA-256 unless a sender wants another, prepared once for many messages.
///
/// Any number of threads may use one key at a time. Only OpenSSL keeps the key's bytes, and it clears them when the
/// key goes away.
public final class HMACKey: Sendable {
    /// The length of every code with SHA-256.
    public static let byteCount = 32

    /// Contexts that hold the key, for one message at a time each. One is made at first, more when threads meet.
    private let contexts: Mutex<Contexts>

    /// - Parameter key: any number of bytes, also none.
    public init(_ key: [UInt8], algorithm: HMACAlgorithm = .sha256) {
        contexts = Mutex(Contexts(key: key, algorithm: algorithm))
    }

    /// The code of the parts put together in their order. The parts are not copied.
    public func authenticationCode(for parts: [UInt8]...) -> [UInt8] {
        authenticationCode(for: parts)
    }

    /// The code of the parts put together in their order. The parts are not copied.
    public func authenticationCode(for parts: [[UInt8]]) -> [UInt8] {
        let context = contexts.withLock { $0.take() }
        let code = context.authenticationCode(for: parts)
        contexts.withLock { $0.putBack(context) }
        return code
    }

    /// Whether `code` is the code of the parts, in a time that does not tell how much of it is right.
    public func isValid(_ code: [UInt8], for parts: [UInt8]...) -> Bool {
        constantTimeEqual(code, authenticationCode(for: parts))
    }
}

extension HMACKey {
    /// The contexts that no message is using.
    private struct Contexts: ~Copyable {
        /// How many are kept after a rush.
        private static let idleMax = 4

        /// Holds the key and is only ever copied.
        private let prepared: HMACContext
        private var idle: [HMACContext] = []

        init(key: [UInt8], algorithm: HMACAlgorithm) {
            prepared = HMACContext(key: key, algorithm: algorithm)
        }

        mutating func take() -> HMACContext {
            idle.popLast() ?? HMACContext(copying: prepared)
        }

        mutating func putBack(_ context: HMACContext) {
            if idle.count < Self.idleMax { idle.append(context) }
        }
    }
}

/// The hash below an HMAC.
public enum HMACAlgorithm: String, Sendable {
    case sha256 = "SHA256"
    /// Only to verify what senders sign with it.
    case sha1 = "SHA1"

    /// The length of a code.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha1: 20
        }
    }
}
