import WebhookCore
import WebhookStore

/// One source for people: a line a setting.
enum SourceSheet {
    static func text(_ source: StoredSource, secret: SourceSecret?) -> String {
        var lines = rows(source).map { name, value in
            "\(name)\(String(repeating: " ", count: nameWidth - name.count))\(TerminalText.line(value))"
        }
        if let secret { lines.append("\nsecret (shown this once): \(secret.text)") }
        return lines.joined(separator: "\n")
    }

    private static let nameWidth = 18

    private static func rows(_ source: StoredSource) -> [(String, String)] {
        let settings = source.settings
        var rows = [
            ("name", settings.name.text),
            ("tenant", source.tenant),
            ("scheme", settings.scheme.rawValue),
            ("path", "/in/\(settings.name)"),
            ("events", "source.\(settings.name).*"),
            ("state", source.stateText),
            ("secrets", "\(source.secretCount)"),
        ]
        if settings.scheme.signsTime { rows.append(("tolerance", DurationText.format(settings.tolerance))) }
        let options = [
            ("url", settings.url), ("signature_header", settings.signatureHeader),
            ("signature_prefix", settings.signaturePrefix.isEmpty ? nil : settings.signaturePrefix),
            ("type_header", settings.typeHeader), ("type_member", settings.typeMember),
            ("id_header", settings.idHeader),
        ]
        for (name, value) in options {
            if let value { rows.append((name, value)) }
        }
        return rows + [("created_at", source.createdAt.rfc3339()), ("updated_at", source.updatedAt.rfc3339())]
    }
}

extension StoredSource {
    /// `active`, or why it takes nothing.
    var stateText: String {
        if !settings.isActive { return "inactive" }
        return secretCount == 0 ? "without a secret" : "active"
    }
}
