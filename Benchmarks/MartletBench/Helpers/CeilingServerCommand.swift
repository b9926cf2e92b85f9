import ArgumentParser
import GatewayAPI
import Hummingbird
import Logging

/// The HTTP server of `ingest-server` with nothing behind it.
struct CeilingServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ceiling-server", abstract: "Answers 202 to everything.", shouldDisplay: false)

    func run() async throws {
        try await HTTPServer.application(
            host: "127.0.0.1", port: 0, responder: CeilingResponder(),
            logger: Logger(label: "ceiling-server") { _ in SwiftLogNoOpLogHandler() },
            onListening: { host, port in StandardOutput.print("listening on \(host):\(port)") }
        ).run()
    }
}

/// Answers as `ingest-server` would, and does not look at the request.
private struct CeilingResponder: HTTPResponder {
    struct Context: InitializableFromSource, Sendable {
        init(source: ApplicationRequestContextSource) {}
    }

    private static let headers: HTTPFields = [
        .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    ]
    private static let body = ByteBuffer(string: #"{"id":"317830239911346176","deliveries":0}"#)

    func respond(to request: Request, context: Context) async throws -> Response {
        Response(status: .accepted, headers: Self.headers, body: ResponseBody(byteBuffer: Self.body))
    }
}
