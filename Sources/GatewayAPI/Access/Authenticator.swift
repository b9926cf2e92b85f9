import WebhookStore

/// Tells who calls from the header `Authorization: Bearer <key>`.
struct Authenticator: Sendable {
    let keys: KeyDirectory

    /// - Throws: a 401 without a valid key; a `PostgresError` when that could not be found out.
    func caller(authorization: String?, deadline: RequestDeadline) async throws -> Caller {
        guard let authorization else {
            throw Problem.unauthorized("this call needs an API key: Authorization: Bearer <key>")
        }
        guard let key = Self.bearerToken(authorization), (1...KeyHash.keyBytesMax).contains(key.utf8.count) else {
            throw Problem.unauthorized(
                "Authorization: must be `Bearer` and one API key", error: "invalid_token")
        }
        guard let caller = try await keys.caller(holding: KeyHash(of: key), deadline: deadline.remaining) else {
            throw Problem.unauthorized("the API key is not valid: unknown, or deleted", error: "invalid_token")
        }
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
