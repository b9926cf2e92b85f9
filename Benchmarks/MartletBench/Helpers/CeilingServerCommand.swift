import ArgumentParser
import GatewayAPI
import Hummingbird
import Logging
import Postgres

/// The HTTP server of `ingest-server` with nothing behind it, or with the least that stores.
struct CeilingServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ceiling-server", abstract: "Answers 202 to everything.", shouldDisplay: false)

    @Option(help: "Where bodies are stored before they are answered.")
    var databaseURL: String?

    func run() async throws {
        let logger = Logger(label: "ceiling-server") { _ in SwiftLogNoOpLogHandler() }
        let store = databaseURL.map { url in
            BareStore(
                PostgresClient(PostgresConfiguration(url: url, applicationName: "ceiling-server"), logger: logger))
        }
        try await HTTPServer.application(
            host: "127.0.0.1", port: 0, responder: CeilingResponder(store: store), logger: logger,
            onListening: { host, port in StandardOutput.print("listening on \(host):\(port)") }
        ).run()
    }
}

/// Answers as `ingest-server` would, and does not look at the request; with a store it reads the body.
private struct CeilingResponder: HTTPResponder {
    let store: BareStore?

    struct Context: InitializableFromSource, Sendable {
        init(source: ApplicationRequestContextSource) {}
    }

    private static let headers: HTTPFields = [
        .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    ]
    private static let body = ByteBuffer(string: #"{"id":"317830239911346176","deliveries":0}"#)

    func respond(to request: Request, context: Context) async throws -> Response {
        if let store {
            let body = try await request.body.collect(upTo: 1_048_576)
            guard await store.store(Array(body.readableBytesView)) else {
                return Response(status: .internalServerError)
            }
        }
        return Response(status: .accepted, headers: Self.headers, body: ResponseBody(byteBuffer: Self.body))
    }
}
