import HTTPTypes
import Hummingbird
import JSONFilter
import Logging
import WebhookCore
import WebhookStore

/// `POST /in/{source}`: what an outside system pushes becomes an event. 2xx when it is committed.
struct SourcePushAPI: Sendable {
    let store: SourceStore
    let cache: SourceCache
    let recorder: EventRecorder
    let keywords: SensitiveKeywords
    let logger: Logger

    func accept(_ name: Substring, _ call: Call) async throws -> Response {
        let (source, verifier) = try await admitted(name, call)
        let body = try await call.request.readBody(upTo: BodyLimit.event)
        switch try verifier.judge(call.sourceRequest(body: body), now: .now) {
        case .refused(let reason):
            // Whoever tries secrets learns nothing from the answer; whoever sets a source up reads the log.
            logger.debug("push refused", metadata: ["source": "\(name)", "reason": "\(reason)"])
            throw Problem(.unauthorized, "the signature is missing, wrong or too old")
        case .challenge(let text): return .challenge(text)
        case .accepted(let event):
            let recorded = try await record(event, from: source)
            // Slack shows people what a slash command is answered, and takes no other status for success.
            return event.isForm && verifier.showsAnswers ? Response(status: .ok) : .recorded(recorded)
        }
    }

    /// Before the body is read: nobody fills the memory with what is for no source.
    private func admitted(_ name: Substring, _ call: Call) async throws -> (PreparedSource, SourceVerifier) {
        do {
            let source = try await source(name, call)
            guard let verifier = source.verifier else {
                throw Problem(.forbidden, "this source takes nothing now: it is inactive, or has no secret")
            }
            return (source, verifier)
        } catch {
            var problem = Problem(error)
            problem.leavesBodyUnread = call.request.mayHaveLongBody
            throw problem
        }
    }

    private func source(_ name: Substring, _ call: Call) async throws -> PreparedSource {
        guard let known = try? SourceName(String(name)) else { throw Self.notFound(name) }
        if let source = cache.value(of: known) { return source }
        let generation = cache.generation
        guard let stored = try await store.find(known, tenant: nil, deadline: call.deadline.remaining) else {
            throw Self.notFound(name)
        }
        let secrets = stored.settings.isActive ? secrets(of: stored) : []
        let verifier = secrets.isEmpty ? nil : SourceVerifier(stored.settings, secrets: secrets)
        let source = PreparedSource(id: stored.id, tenant: stored.tenant, verifier: verifier)
        cache.insert(source, of: known, readIn: generation)
        return source
    }

    /// None where they cannot be opened: the source takes nothing until it is given a new one.
    private func secrets(of source: StoredSource) -> [SourceSecret] {
        do {
            return try store.secrets(of: source)
        } catch {
            logger.error(
                "the secrets of a source cannot be opened: what is pushed is refused until it has a new one",
                metadata: ["source": "\(source.settings.name)", "error": "\(error)"])
            return []
        }
    }

    private func record(_ event: SourceEvent, from source: PreparedSource) async throws -> RecordedEvent {
        // Since the body is there: however long a sender takes, the database has its time.
        let data = try await keywords.filter(deadline: RequestDeadline()).filtered(event.data)
        guard data.count <= Event.dataBytesMax else {
            throw Problem(.contentTooLarge, "body: its fields have more than \(Event.dataBytesMax) bytes as JSON")
        }
        let key = event.deliveryID.map { ReservedKey.source(source.id, delivery: $0, contentHash: event.contentHash) }
        let recorded = try await recorder.record([
            Event(name: event.name, tenant: source.tenant, data: data, idempotencyKey: key, occurredAt: nil)
        ])
        guard let recorded = recorded.first else { throw Problem.unexpected() }
        return recorded
    }

    private static func notFound(_ name: Substring) -> Problem {
        .notFound("there is no source \(String(name).quoted)")
    }
}

extension Call {
    fileprivate func sourceRequest(body: [UInt8]) -> SourceRequest {
        let target = request.head.path ?? ""
        let query = target.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(target[target.index(after: $0)...]) }
        return SourceRequest(
            headers: request.headers.map { HeaderField($0.name.rawName, $0.value) }, query: query, body: body)
    }
}

extension Response {
    fileprivate static func challenge(_ text: String) -> Response {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("challenge")
        writer.string(text)
        writer.endObject()
        return Response(json: writer)
    }
}
