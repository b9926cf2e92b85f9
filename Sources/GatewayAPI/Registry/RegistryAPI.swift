import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `/v1/event-types` and `/v1/plugins`.
///
/// The registry is one for all tenants: whoever holds a key that is bound to one reads it and changes nothing.
struct RegistryAPI: Sendable {
    let store: RegistryStore

    /// By plugin and name; `?plugin=` for those of one.
    func list(_ call: Call) async throws -> Response {
        let page = try Page<RegisteredEventType.Key>(call.query)
        let plugin = call.query["plugin"]
        if let plugin { _ = try EventName(plugin, member: "plugin") }
        let types = try await store.list(
            plugin: plugin, after: page.after, limit: page.fetchLimit, deadline: call.deadline.remaining)
        return page.response(types, cursor: \.key) { $1.eventType($0) }
    }

    /// Registers what is not registered yet; what is stays as it is, its description included.
    func install(_ plugin: Substring, _ call: Call) async throws -> Response {
        try checkReach(of: call.caller)
        let manifest = try PluginManifest(name: String(plugin), await call.request.readJSON())
        let count = try await store.install(manifest, deadline: call.deadline.remaining)
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("plugin")
        writer.string(manifest.name)
        writer.name("registered")
        writer.integer(count)
        writer.endObject()
        return Response(json: writer)
    }

    func describe(_ plugin: Substring, _ event: Substring, _ call: Call) async throws -> Response {
        try checkReach(of: call.caller)
        let request = try DescriptionRequest(await call.request.readJSON())
        let key = RegisteredEventType.Key(plugin: String(plugin), event: String(event))
        guard try await store.describe(key, as: request.description, deadline: call.deadline.remaining),
            let changed = try await store.find(key, deadline: call.deadline.remaining)
        else { throw Problem.notFound("there is no event type \(key.description.quoted)") }
        var writer = JSONWriter()
        writer.eventType(changed)
        return Response(json: writer)
    }

    private func checkReach(of caller: Caller) throws(Problem) {
        guard caller.tenant == nil else {
            throw Problem(.forbidden, "a key that is bound to a tenant may not change what all tenants share")
        }
    }
}

extension JSONWriter {
    fileprivate mutating func eventType(_ type: RegisteredEventType) {
        beginObject()
        name("plugin")
        string(type.key.plugin)
        name("event")
        string(type.key.event)
        name("type")
        string(type.kind)
        name("content_table")
        string(type.contentTable)
        name("description")
        string(type.description)
        endObject()
    }
}
