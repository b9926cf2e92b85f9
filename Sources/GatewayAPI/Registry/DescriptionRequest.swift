import JSONFilter
import WebhookCore

/// `{"description": text}`: all of an event type that can be changed.
struct DescriptionRequest {
    let description: String

    init(_ body: JSONValue) throws(ValidationError) {
        guard let members = body.objectValue else { throw .malformed("body", "must be a JSON object") }
        if let twice = body.duplicateName { throw .malformed(twice.quoted, "is given more than once") }
        for member in members where member.name != "description" {
            throw .malformed(member.name.quoted, "cannot be changed here; there is description")
        }
        guard let text = body.member(named: "description")?.stringValue else {
            throw .malformed("description", "is required, and must be a string")
        }
        try PluginManifest.check(description: text, member: "description")
        description = text
    }
}
