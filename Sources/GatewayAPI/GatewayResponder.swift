import Hummingbird
import Logging
import WebhookStore

/// Answers every request: finds the route, admits the caller, lets the API of that route answer, and puts whatever
/// goes wrong into a problem document.
struct GatewayResponder: HTTPResponder {
    let authenticator: Authenticator
    let ingest: IngestAPI
    let events: EventAPI
    let subscriptions: SubscriptionAPI
    let registry: RegistryAPI
    let deliveries: DeliveryAPI
    let replays: ReplayAPI
    let tables: TableAPI
    let pushes: PushAPI
    let keys: KeyAPI
    let stats: StatsAPI
    let settings: SettingsAPI
    let sources: SourceAPI
    let sourcePushes: SourcePushAPI
    let health: HealthAPI
    let schema: SchemaGate
    let pages: GatewayServer.Pages?
    let logger: Logger

    func respond(to request: Request, context: GatewayRequestContext) async throws -> Response {
        let call: Call
        do {
            if let page = try await page(request) {
                if page.headers[.connection] == "close" { context.closeConnection(after: Problem.linger) }
                return request.method == .head ? page.withoutBody : page
            }
            call = try await admit(request)
        } catch {
            // Nothing of the body has been read, and nothing of it is wanted.
            return problem(error, of: request).response(closing: request.mayHaveLongBody ? context : nil)
        }
        do {
            let response = try await answer(call)
            return call.request.method == .head ? response.withoutBody : response
        } catch let error as BrokenBody {
            throw error.cause
        } catch {
            let problem = problem(error, of: request)
            return problem.response(closing: problem.leavesBodyUnread ? context : nil)
        }
    }

    /// What people look at, where there is nothing for programs. A page that leaves a long body unread says so by
    /// `Connection: close`.
    private func page(_ request: Request) async throws -> Response? {
        guard let pages, Route(path: RequestTarget(request.head.path ?? "/").path) == nil else { return nil }
        try await schema.pass(RequestDeadline())
        return try await pages(request, authenticator.keys)
    }

    private func admit(_ request: Request) async throws -> Call {
        let target = RequestTarget(request.head.path ?? "/")
        guard let route = Route(path: target.path) else { throw Problem.noSuchPath(target.path) }
        let method = request.method == .head ? .get : request.method
        guard let permission = route.permission(for: method) else {
            throw Problem.methodNotAllowed(method, allowed: route.methods)
        }
        let deadline = RequestDeadline()
        if route != .livez, route != .readyz { try await schema.pass(deadline) }
        guard permission != .open else {
            return Call(request: request, route: route, query: target.query, caller: .nobody, deadline: deadline)
        }
        let caller = try await authenticator.caller(
            authorization: request.headers[.authorization], deadline: deadline)
        guard caller.may(permission) else { throw Problem.beyondRole(caller.role, permission) }
        try target.query.check(against: route.parameters(of: method))
        return Call(request: request, route: route, query: target.query, caller: caller, deadline: deadline)
    }

    private func answer(_ call: Call) async throws -> Response {
        switch call.route {
        case .events where call.method == .post: try await ingest.accept(call)
        case .eventBatch: try await ingest.acceptBatch(call)
        case .events: try await events.list(call)
        case .event(let id): try await events.show(id, call)
        case .subscriptions where call.method == .post: try await subscriptions.create(call)
        case .subscriptions: try await subscriptions.list(call)
        case .subscription(let id) where call.method == .patch: try await subscriptions.change(id, call)
        case .subscription(let id) where call.method == .delete: try await subscriptions.delete(id, call)
        case .subscription(let id): try await subscriptions.show(id, call)
        case .rotateSecret(let id): try await subscriptions.rotateSecret(of: id, call)
        case .activate(let id): try await subscriptions.activate(id, call)
        case .deactivate(let id): try await subscriptions.deactivate(id, call)
        case .test(let id): try await subscriptions.test(id, call)
        case .eventTypes: try await registry.list(call)
        case .eventType(let plugin, let event): try await registry.describe(plugin, event, call)
        case .plugin(let name): try await registry.install(name, call)
        case .deliveries: try await deliveries.list(call)
        case .delivery(let id): try await deliveries.show(id, call)
        case .retry(let id): try await deliveries.retry(id, call)
        case .replays(let id): try await replays.start(of: id, call)
        case .replay(let id) where call.method == .delete: try await replays.cancel(id, call)
        case .replay(let id): try await replays.show(id, call)
        case .tables where call.method == .post: try await tables.create(call)
        case .tables: try await tables.list(call)
        case .table(let id) where call.method == .patch: try await tables.change(id, call)
        case .table(let id) where call.method == .delete: try await tables.delete(id, call)
        case .table(let id): try await tables.show(id, unlessKnown: call)
        case .tableRows(let id): try await tables.rows(of: id, call)
        case .tableSecret(let id) where call.method == .delete: try await tables.disable(id, call)
        case .tableSecret(let id): try await tables.makeSecret(of: id, call)
        case .push(let id): try await pushes.push(id, call)
        case .keys where call.method == .post: try await keys.create(call)
        case .keys: try await keys.list(call)
        case .key(let id): try await keys.delete(id, call)
        case .stats: try await stats.hours(call)
        case .health: try await stats.health(call)
        case .settings where call.method == .put: try await settings.change(call)
        case .settings: try await settings.show(call)
        case .sourcePush(let name): try await sourcePushes.accept(name, call)
        case .sources where call.method == .post: try await sources.create(call)
        case .sources: try await sources.list(call)
        case .source(let name) where call.method == .patch: try await sources.change(name, call)
        case .source(let name) where call.method == .delete: try await sources.delete(name, call)
        case .source(let name): try await sources.show(name, call)
        case .livez: health.live()
        case .readyz: await health.ready()
        }
    }

    /// What the caller is told; what only the operator can do something about goes to the log as well.
    private func problem(_ error: any Error, of request: Request) -> Problem {
        let problem = Problem(error)
        if let incident = problem.incident {
            logger.error(
                "request failed",
                metadata: [
                    "incident": "\(incident)", "method": "\(request.method)",
                    "path": "\(RequestTarget(request.head.path ?? "/").path)", "error": "\(error)",
                ])
        }
        return problem
    }
}
