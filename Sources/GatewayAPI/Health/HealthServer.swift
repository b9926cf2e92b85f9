import Hummingbird
public import Logging
public import Postgres
public import ServiceLifecycle
import WebhookStore

/// `/livez` and `/readyz` of a program that serves nothing else.
public struct HealthServer: Service {
    private let host: String
    private let port: Int
    private let health: HealthAPI
    private let logger: Logger

    public init(host: String, port: Int, database: PostgresClient, logger: Logger) {
        self.host = host
        self.port = port
        self.logger = logger
        health = HealthAPI(migrator: Migrator(database))
    }

    public func run() async throws {
        try await HTTPServer.application(
            host: host, port: port, responder: HealthResponder(health: health), logger: logger
        ).run()
    }
}

private struct HealthResponder: HTTPResponder {
    let health: HealthAPI

    func respond(to request: Request, context: GatewayRequestContext) async throws -> Response {
        let path = RequestTarget(request.head.path ?? "/").path
        guard let route = Route(path: path), [.livez, .readyz].contains(route) else {
            return Problem.noSuchPath(path).response()
        }
        guard request.method == .get || request.method == .head else {
            return Problem.methodNotAllowed(request.method, allowed: route.methods).response()
        }
        let response = route == .livez ? health.live() : await health.ready()
        return request.method == .head ? response.withoutBody : response
    }
}
