import WebhookStore

/// Tells who calls from the header `Authorization: Bearer <key>`.
struct Authenticator: Sendable {
    /// Longer than any key: not worth a look into the database.
    private static let keyBytesMax = 256

    let keys: KeyStore
    let cache: KeyCache
    /// Of the key that is accepted besides those in the database, also while that is away.
    let adminKeyHash: KeyHash?

    /// - Throws: a 401 without a valid key; a `PostgresError` when that could not be found out.
    func caller(authorization: String?, deadline: RequestDeadline) async throws -> Caller {
        guard let authorization else {
            throw Problem.unauthorized("this call needs an API key: Authorization: Bearer <key>")
        }
        guard let key = Self.bearerToken(authorization), (1...Self.keyBytesMax).contains(key.utf8.count) else {
            throw Problem.unauthorized(
                "Authorization: must be `Bearer` and one API key", error: "invalid_token")
        }
        let hash = KeyHash(of: key)
        if hash == adminKeyHash { return Caller(role: .admin, tenant: nil) }
        if let caller = cache.value(of: hash) { return caller }

        let generation = cache.generation
        guard let stored = try await keys.find(String(key), deadline: deadline.remaining) else {
            throw Problem.unauthorized("the API key is not valid: unknown, or deleted", error: "invalid_token")
        }
        let caller = Caller(role: stored.role, tenant: stored.tenant)
        cache.insert(caller, of: hash, readIn: generation)
        return caller
    }

    /// The scheme is case-insensitive (RFC 9110 §11.1), the token has no blanks (RFC 6750 §2.1). Byte by byte, as every
    /// request comes through here.
    private static func bearerToken(_ authorization: String) -> Substring? {
        let bytes = authorization.utf8
        let scheme: StaticString = "bearer "
        let matches = scheme.withUTF8Buffer { expected in
            bytes.count > expected.count && zip(bytes, expected).allSatisfy { byte, letter in byte | 0x20 == letter }
        }
        guard matches else { return nil }
        let token = bytes.dropFirst(scheme.utf8CodeUnitCount).drop { $0 == UInt8(ascii: " ") }
        return token.contains(UInt8(ascii: " ")) ? nil : Substring(token)
    }
}
