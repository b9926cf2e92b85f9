internal import GatewayCrypto

/// The keys of a source, prepared: a request signed with any of them is genuine.
struct SourceKeys: Sendable {
    private let keys: [HMACKey]

    init(_ keys: [[UInt8]], algorithm: HMACAlgorithm = .sha256) {
        self.keys = keys.map { HMACKey($0, algorithm: algorithm) }
    }

    /// Returns when one of the codes is that of the parts, put together, under one of the keys.
    ///
    /// Every pair is compared, in constant time, so that the time taken does not tell which one matched.
    func match(_ codes: [[UInt8]], over parts: [[UInt8]]) throws(VerificationError) {
        guard matches(codes, over: parts) else { throw .signatureMismatch }
    }

    func matches(_ codes: [[UInt8]], over parts: [[UInt8]]) -> Bool {
        var matches = false
        for key in keys {
            let expected = key.authenticationCode(for: parts)
            for code in codes where constantTimeEqual(code, expected) { matches = true }
        }
        return matches
    }
}

/// Whether a signed time lies near enough to now, either way.
struct Freshness: Sendable {
    let tolerance: Duration

    /// - Parameters:
    ///   - text: seconds since 1970, in digits.
    ///   - header: where it stands.
    func check(seconds text: some StringProtocol, header: String, now: Timestamp) throws(VerificationError) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0.decimalDigit != nil }), let seconds = Int64(text) else {
            throw .malformedHeader(header, expected: "must hold seconds since 1970, in digits")
        }
        try check(Timestamp(secondsSinceUnixEpoch: seconds), now: now)
    }

    func check(_ time: Timestamp, now: Timestamp) throws(VerificationError) {
        let age = now - time
        if age > tolerance { throw .tooOld(age: age) }
        if age < .zero - tolerance { throw .tooNew(ahead: .zero - age) }
    }
}

/// A signature as it stands in a header.
enum SignatureText {
    static func hex(_ text: some StringProtocol, header: String) throws(VerificationError) -> [UInt8] {
        guard let code = Hex.decode(String(text)) else {
            throw .malformedHeader(header, expected: "must be hexadecimal digits")
        }
        return code
    }

    static func base64(_ text: some StringProtocol, header: String) throws(VerificationError) -> [UInt8] {
        guard let code = Base64.decode(String(text)) else {
            throw .malformedHeader(header, expected: "must be Base64")
        }
        return code
    }

    /// Of a header that may hold several, for several secrets or in several versions: one that is no code is as good as
    /// none, and does not void the others.
    static func hexes(_ texts: some Sequence<Substring>, header: String) throws(VerificationError) -> [[UInt8]] {
        let codes = texts.compactMap { Hex.decode(String($0)) }
        guard !codes.isEmpty else {
            throw .malformedHeader(header, expected: "must hold a signature in hexadecimal digits")
        }
        return codes
    }

    /// The same in Base64.
    static func base64s(_ texts: some Sequence<Substring>, header: String) throws(VerificationError) -> [[UInt8]] {
        let codes = texts.compactMap { Base64.decode(String($0)) }
        guard !codes.isEmpty else { throw .malformedHeader(header, expected: "must hold a signature in Base64") }
        return codes
    }

    /// `key=value` pairs, such as `t=1,v1=ab,v1=cd`; what is no pair is left out.
    static func pairs(_ text: String, separator: Character) -> [(key: Substring, value: Substring)] {
        text.split(separator: separator).compactMap { part in
            guard let mark = part.firstIndex(of: "=") else { return nil }
            let key = part[..<mark].drop { $0 == " " }
            return (key, part[part.index(after: mark)...])
        }
    }
}
