import HTTPTypes
import Hummingbird
public import Logging
import ServiceLifecycle
import WebhookCore

/// A receiver of webhooks as an application would have one: verifies every POST and hands it on.
///
/// A signature that does not verify is answered with 401; both kinds are handed on.
public final class WebhookReceiver: Sendable {
    /// The port that is bound.
    public let port: Int
    /// What arrives, in the order in which it was verified; for one reader. Ends when the receiver has stopped.
    public let webhooks: AsyncStream<ReceivedWebhook>

    private let server: ServiceGroup
    private let ended: Task<Void, any Error>

    /// How long requests in flight may take after `stop`.
    private static let shutdownGrace: Duration = .seconds(5)

    private init(
        port: Int, webhooks: AsyncStream<ReceivedWebhook>, server: ServiceGroup, ended: Task<Void, any Error>
    ) {
        self.port = port
        self.webhooks = webhooks
        self.server = server
        self.ended = ended
    }

    /// Returns when the port is bound.
    ///
    /// - Throws: the system's error when it cannot be.
    public static func start(
        _ configuration: WebhookReceiverConfiguration, logger: Logger
    ) async throws -> WebhookReceiver {
        let (webhooks, arrived) = AsyncStream<ReceivedWebhook>.makeStream()
        let (ports, bound) = AsyncStream<Int>.makeStream()
        let application = HTTPServer.application(
            host: configuration.host, port: configuration.port,
            responder: WebhookResponder(configuration: configuration) { arrived.yield($0) },
            logger: logger,
            onListening: { _, port in bound.yield(port) })
        var groupConfiguration = ServiceGroupConfiguration(services: [application], logger: logger)
        groupConfiguration.maximumGracefulShutdownDuration = shutdownGrace
        let server = ServiceGroup(configuration: groupConfiguration)
        // Detached: it must not stop with whatever the caller is part of, but when it is told to.
        let ended = Task.detached {
            defer {
                bound.finish()
                arrived.finish()
            }
            try await server.run()
        }
        for await port in ports {
            return WebhookReceiver(port: port, webhooks: webhooks, server: server, ended: ended)
        }
        await server.triggerGracefulShutdown()
        try await ended.value
        throw CancellationError()
    }

    /// Accepts no more, finishes what is in flight, and returns when the port is free again.
    public func stop() async {
        await server.triggerGracefulShutdown()
        _ = await ended.result
    }
}

/// Answers one request.
private struct WebhookResponder: HTTPResponder {
    let configuration: WebhookReceiverConfiguration
    let onWebhook: @Sendable (ReceivedWebhook) -> Void

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard request.method == .post else {
            return Response(status: .methodNotAllowed, headers: [.allow: "POST"])
        }
        let body = try await request.body.collect(upTo: WebhookReceiverConfiguration.bodyBytesMax)
        let webhook = receive(request, body: Array(body.readableBytesView), now: .now)
        onWebhook(webhook)
        if configuration.delay > .zero { try await Task.sleep(for: configuration.delay) }
        if case .refused = webhook.verification { return Response(status: .unauthorized) }
        return Response(status: HTTPResponse.Status(code: configuration.status))
    }

    private func receive(_ request: Request, body: [UInt8], now: Timestamp) -> ReceivedWebhook {
        // The library keeps `Host` apart from the other fields.
        let host = request.head.authority.map { [HeaderField("Host", $0)] } ?? []
        let headers = host + request.headers.map { HeaderField($0.name.rawName, $0.value) }
        return ReceivedWebhook(
            receivedAt: now, target: request.head.path ?? "/", headers: headers, body: body,
            verification: verify(headers, body, now))
    }

    private func verify(_ headers: [HeaderField], _ body: [UInt8], _ now: Timestamp) -> ReceivedWebhook.Verification {
        guard let verifier = configuration.verifier else { return .notChecked }
        do throws(VerificationError) {
            try verifier.verify(headers: headers, body: body, now: now)
            return .verified
        } catch {
            return .refused(error)
        }
    }
}
