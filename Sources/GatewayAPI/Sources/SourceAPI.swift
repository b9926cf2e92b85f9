import GatewayCrypto
import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `/v1/sources`.
struct SourceAPI: Sendable {
    /// How often a change begins again because somebody else's came first.
    private static let attemptsMax = 5

    let store: SourceStore
    let cache: SourceCache

    func list(_ call: Call) async throws -> Response {
        let page = try Page<String>(call.query)
        // The name of the last one, which may have been deleted since.
        if let after = page.after, (try? SourceName(after)) == nil { throw Page<String>.noCursor }
        let sources = try await store.list(
            tenant: call.tenant(), after: page.after, limit: page.fetchLimit, deadline: call.deadline.remaining)
        return page.response(sources, cursor: \.settings.name.text) { $1.source($0) }
    }

    func show(_ name: Substring, _ call: Call) async throws -> Response {
        Response(json: .source(try await find(name, call)))
    }

    /// The answer carries the secret, given or made here; no other does.
    func create(_ call: Call) async throws -> Response {
        let tenant = try call.tenant()
        var draft = SourceDraft()
        try draft.apply(await call.request.readJSON())
        let settings = try draft.settings()
        let secrets = try draft.secretsOfNew(settings.scheme) { SecureRandom.bytes($0) }
        let stored = try await store.create(
            settings, secrets: secrets, tenant: tenant, deadline: call.deadline.remaining)
        guard let stored else {
            throw Problem(.conflict, "name: there is a source \(settings.name.text.quoted) already, of whatever tenant")
        }
        return Response(status: .created, json: .source(stored, secret: secrets.first))
    }

    func change(_ name: Substring, _ call: Call) async throws -> Response {
        let body = try await call.request.readJSON()
        for _ in 0..<Self.attemptsMax {
            let current = try await find(name, call)
            var draft = SourceDraft(current.settings)
            try draft.apply(body)
            let settings = try draft.settings()
            let known = draft.addsSecret ? try store.secrets(of: current) : []
            let secrets = try draft.checkedSecrets(after: known, for: settings.scheme)
            let changed = try await store.update(
                current, to: settings, secrets: secrets, deadline: call.deadline.remaining)
            guard let changed else { continue }
            cache.clear()
            return Response(json: .source(changed))
        }
        throw Problem(.conflict, "the source is being changed by others at the same time; try again")
    }

    /// Void here at once, on other servers as soon as they are told.
    func delete(_ name: Substring, _ call: Call) async throws -> Response {
        guard let known = try? SourceName(String(name)),
            try await store.delete(known, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(name) }
        cache.clear()
        return Response(status: .noContent)
    }

    private func find(_ name: Substring, _ call: Call) async throws -> StoredSource {
        guard let known = try? SourceName(String(name)),
            let source = try await store.find(known, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(name) }
        return source
    }

    private static func notFound(_ name: Substring) -> Problem {
        .notFound("there is no source \(String(name).quoted)")
    }
}
