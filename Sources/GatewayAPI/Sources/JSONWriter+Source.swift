import JSONFilter
import WebhookCore
import WebhookStore

extension JSONWriter {
    static func source(_ source: StoredSource, secret: SourceSecret? = nil) -> JSONWriter {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.source(source, secret: secret)
        return writer
    }

    /// - Parameter secret: only in the answer to whoever has just made the source.
    mutating func source(_ source: StoredSource, secret: SourceSecret? = nil) {
        let settings = source.settings
        beginObject()
        name("name")
        string(settings.name.text)
        name("tenant")
        string(source.tenant)
        name("scheme")
        string(settings.scheme.rawValue)
        name("path")
        string("/in/\(settings.name)")
        name("events")
        string("source.\(settings.name).*")
        name("active")
        bool(settings.isActive)
        name("secret_count")
        integer(source.secretCount)
        name("tolerance")
        string(settings.scheme.signsTime ? DurationText.format(settings.tolerance) : nil)
        name("url")
        string(settings.url)
        name("signature_header")
        string(settings.signatureHeader)
        name("signature_prefix")
        string(settings.signaturePrefix.isEmpty ? nil : settings.signaturePrefix)
        name("type_header")
        string(settings.typeHeader)
        name("type_member")
        string(settings.typeMember)
        name("id_header")
        string(settings.idHeader)
        name("created_at")
        time(source.createdAt)
        name("updated_at")
        time(source.updatedAt)
        if let secret {
            name("secret")
            string(secret.text)
        }
        endObject()
    }
}
