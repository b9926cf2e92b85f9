import Hummingbird
import JSONFilter
import WebhookStore

/// `/v1/keys`.
///
/// Whoever holds a key that is bound to a tenant sees, makes and deletes only keys of that tenant.
struct KeyAPI: Sendable {
    let store: KeyStore
    let directory: KeyDirectory

    func list(_ call: Call) async throws -> Response {
        let page = try Page<Int32>(call.query)
        let keys = try await store.list(
            tenant: call.namedTenant(), after: page.after, limit: page.fetchLimit, deadline: call.deadline.remaining)
        return page.response(keys, cursor: \.id) { key, writer in
            writer.beginObject()
            writer.members(of: key)
            writer.endObject()
        }
    }

    /// The only answer that ever holds the key.
    func create(_ call: Call) async throws -> Response {
        let request = try KeyRequest(await call.request.readJSON())
        let tenant = try request.tenant.map { name throws(Problem) in try call.caller.tenant(name) }
        let (key, stored) = try await store.create(
            name: request.name, role: request.role, tenant: tenant ?? call.namedTenant(),
            deadline: call.deadline.remaining)
        var writer = JSONWriter()
        writer.beginObject()
        writer.members(of: stored)
        writer.name("key")
        writer.string(key)
        writer.endObject()
        return Response(status: .created, json: writer)
    }

    /// The key is void here at once, on other servers as soon as they are told.
    func delete(_ id: Substring, _ call: Call) async throws -> Response {
        guard let number = Int32(id), String(number) == id,
            try await store.delete(number, tenant: call.namedTenant(), deadline: call.deadline.remaining)
        else { throw Problem.notFound("there is no key \(String(id).quoted)") }
        directory.forget()
        return Response(status: .noContent)
    }
}

extension JSONWriter {
    fileprivate mutating func members(of key: APIKey) {
        name("id")
        string(String(key.id))
        name("name")
        string(key.name)
        name("role")
        string(key.role.rawValue)
        name("tenant")
        string(key.tenant)
        name("prefix")
        string(key.prefix)
        name("created_at")
        time(key.createdAt)
    }
}
