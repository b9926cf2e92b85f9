/// Any sender that puts the HMAC-SHA256 of the body into a header, in hexadecimal or Base64, perhaps behind a prefix.
///
/// There is no provider behind it: which headers hold the signature, the type and the delivery's id is configured. The
/// function is that of RFC 2104 (https://www.rfc-editor.org/rfc/rfc2104).
struct HMACScheme: SourceRules {
    let keys: SourceKeys
    let settings: SourceSettings
    let isHex: Bool

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let header = settings.signatureHeader ?? SourceSettings.signatureHeaderDefault
        let text = try request.single(header)
        guard text.hasPrefix(settings.signaturePrefix) else {
            throw .malformedHeader(header, expected: "must begin with the prefix that is configured")
        }
        let signature = text.dropFirst(settings.signaturePrefix.count)
        let code =
            isHex
            ? try SignatureText.hex(signature, header: header) : try SignatureText.base64(signature, header: header)
        try keys.match([code], over: [request.body])
    }

    func signedBesideID(_ request: SourceRequest) -> [UInt8]? { request.body }

    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        let type = settings.typeHeader.flatMap(request.header) ?? settings.typeMember.flatMap { content.string($0) }
        return .event(type: type, deliveryID: settings.idHeader.flatMap(request.header))
    }
}
