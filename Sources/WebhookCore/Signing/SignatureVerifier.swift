internal import GatewayCrypto

/// Verifies what `Signer` signs, as a receiver does.
public struct SignatureVerifier: Sendable {
    /// How far the time of a `standard` request may lie from the receiver's, either way.
    public static let tolerance: Duration = .minutes(5)

    public let profile: Profile
    private let keys: [HMACKey]

    /// - Parameter secrets: a request signed with any of them is genuine.
    public init(profile: Profile, secrets: [SubscriptionSecret]) {
        self.init(profile: profile, keys: secrets.map(\.key))
    }

    init(profile: Profile, keys: [[UInt8]]) {
        self.profile = profile
        self.keys = keys.map { HMACKey($0) }
    }

    /// Returns when the request is genuine. Signatures are compared in constant time.
    ///
    /// - Parameters:
    ///   - headers: of the request; names in any case.
    ///   - body: exactly as received.
    public func verify(headers: [HeaderField], body: [UInt8], now: Timestamp) throws(VerificationError) {
        let names = profile.signatureHeaders
        switch profile {
        case .standard:
            let id = try value(of: names[0], in: headers)
            let time = try value(of: names[1], in: headers)
            try check(time: time, header: names[1], now: now)
            let signatures = try value(of: names[2], in: headers).split(separator: " ")
                .filter { $0.hasPrefix("v1,") }
                .map { String($0.dropFirst(3)) }
            guard !signatures.isEmpty else {
                throw .malformedHeader(names[2], expected: "no signature in it begins with `v1,`")
            }
            let prefix = Array("\(id).\(time).".utf8)
            try match(signatures, with: keys.map { Base64.encode($0.authenticationCode(for: prefix, body)) })
        case .newmeta:
            let signature = try value(of: names[0], in: headers)
            guard signature.utf8.count == 64, signature.utf8.allSatisfy({ $0.isHexDigit && !$0.isUppercaseLetter })
            else { throw .malformedHeader(names[0], expected: "must be 64 hexadecimal digits in lower case") }
            try match([signature], with: keys.map { Hex.encode($0.authenticationCode(for: body)) })
        case .mautic:
            let signature = try value(of: names[0], in: headers)
            guard signature.utf8.count == 44 else {
                throw .malformedHeader(names[0], expected: "must be the Base64 of 32 bytes")
            }
            try match([signature], with: keys.map { Base64.encode($0.authenticationCode(for: body)) })
        }
    }

    private func value(of name: String, in headers: [HeaderField]) throws(VerificationError) -> String {
        let wanted = name.lowercased()
        let values = headers.filter { $0.name.lowercased() == wanted }
        guard let first = values.first else { throw .missingHeader(name) }
        guard values.count == 1 else { throw .repeatedHeader(name) }
        return first.value
    }

    private func check(time: String, header: String, now: Timestamp) throws(VerificationError) {
        guard time.utf8.allSatisfy({ $0.decimalDigit != nil }), let seconds = Int64(time) else {
            throw .malformedHeader(header, expected: "must be seconds since 1970, in digits")
        }
        let age = now - Timestamp(secondsSinceUnixEpoch: seconds)
        if age > SignatureVerifier.tolerance { throw .tooOld(age: age) }
        if age < .zero - SignatureVerifier.tolerance { throw .tooNew(ahead: .zero - age) }
    }

    private func match(_ given: [String], with expected: [String]) throws(VerificationError) {
        // Every pair is compared, so that the time taken does not tell which one matched.
        var matches = false
        for expected in expected {
            for given in given where constantTimeEqual(Array(given.utf8), Array(expected.utf8)) { matches = true }
        }
        guard matches else { throw .signatureMismatch }
    }
}

extension UInt8 {
    fileprivate var isUppercaseLetter: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
}
