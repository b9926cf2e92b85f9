internal import JSONFilter
internal import WebhookCore

extension SecretVault {
    func seal(_ secrets: [SourceSecret], ofSource id: Int32) throws -> SealedSecrets {
        guard !secrets.isEmpty else { return SealedSecrets(bytes: nil, count: 0) }
        var writer = JSONWriter()
        writer.beginArray()
        for secret in secrets { writer.string(secret.text) }
        writer.endArray()
        let bytes = try box.seal(writer.bytes, context: Self.secretsContext(ofSource: id))
        return SealedSecrets(bytes: bytes, count: secrets.count)
    }

    func openSecrets(_ sealed: [UInt8]?, ofSource id: Int32, scheme: SourceScheme) throws -> [SourceSecret] {
        guard let sealed else { return [] }
        let texts = try JSONValue(parsing: box.open(sealed, context: Self.secretsContext(ofSource: id))).arrayValue
        return (texts ?? []).compactMap { text in
            text.stringValue.flatMap { SourceSecret(stored: $0, for: scheme) }
        }
    }

    private static func secretsContext(ofSource id: Int32) -> String { "source/\(id)/secrets" }
}
