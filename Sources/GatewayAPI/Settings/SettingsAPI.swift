import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `/v1/settings`: one object, a member a setting.
struct SettingsAPI: Sendable {
    let store: SettingStore

    func show(_ call: Call) async throws -> Response {
        let values = try await store.all(deadline: call.deadline.remaining)
        var writer = JSONWriter()
        writer.beginObject()
        for setting in GatewaySetting.allCases {
            guard let value = values[setting] else { continue }
            writer.name(setting.rawValue)
            if setting.isNumber, let number = Int(value) { writer.integer(number) } else { writer.string(value) }
        }
        writer.endObject()
        return Response(json: writer)
    }

    /// What is not given stays as it is.
    func change(_ call: Call) async throws -> Response {
        // They hold for every tenant.
        guard call.caller.tenant == nil else {
            throw Problem(.forbidden, "a key that is bound to a tenant may not change what holds for all of them")
        }
        try await store.set(Self.values(in: call.request.readJSON()), deadline: call.deadline.remaining)
        return try await show(call)
    }

    private static func values(in body: JSONValue) throws(ValidationError) -> [GatewaySetting: String] {
        guard let members = body.objectValue else { throw .malformed("body", "must be a JSON object") }
        if let twice = body.duplicateName { throw .malformed(twice.quoted, "is given more than once") }
        var values: [GatewaySetting: String] = [:]
        for member in members {
            let setting = try GatewaySetting(name: member.name)
            let value = setting.isNumber ? member.value.intValue.map { String($0) } : member.value.stringValue
            guard let value else {
                throw .malformed(setting.rawValue, setting.isNumber ? "must be a whole number" : "must be a string")
            }
            try setting.check(value)
            values[setting] = value
        }
        return values
    }
}
