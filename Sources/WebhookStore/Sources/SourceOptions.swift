internal import JSONFilter
internal import WebhookCore

/// The column `options`: what only some schemes have, as a JSON object.
enum SourceOptions {
    static func json(of settings: SourceSettings) -> [UInt8] {
        let prefix = settings.signaturePrefix.isEmpty ? nil : settings.signaturePrefix
        let options = [
            ("url", settings.url), ("signature_header", settings.signatureHeader), ("signature_prefix", prefix),
            ("type_header", settings.typeHeader), ("type_member", settings.typeMember),
            ("id_header", settings.idHeader),
        ]
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in options {
            guard let value else { continue }
            writer.name(name)
            writer.string(value)
        }
        writer.endObject()
        return writer.bytes
    }
}
