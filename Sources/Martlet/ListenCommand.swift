import ArgumentParser
import GatewayAPI
import GatewayRuntime
import Logging
import ServiceLifecycle
import WebhookCore

/// `martlet listen`
struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Receive webhooks, verify them and print them.",
        discussion: """
            A request whose signature does not verify is printed with the reason and answered with 401. Without a \
            secret nothing is verified, and everything is accepted.
            """)

    @Option(help: "The address to listen at.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen at; 0: any that is free.")
    var port: UInt16 = 8081

    @Option(help: "Whose signature.")
    var profile: Profile = .standard

    @OptionGroup var secretFlags: SecretFlags

    @Option(help: "What genuine requests are answered with, 200 to 599.")
    var status = 204

    @Option(help: "How long every answer waits, such as 2s.")
    var delay: String?

    @Option(help: "End with exit code 0 after this many verified deliveries; without a secret: after any.")
    var count: Int?

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        guard (200...599).contains(status) else { throw ArgumentParser.ValidationError("--status must be 200 to 599") }
        guard count ?? 1 > 0 else { throw ArgumentParser.ValidationError("--count must be at least 1") }
        guard delay == nil || delay.flatMap(DurationText.parse) != nil else {
            throw ArgumentParser.ValidationError("--delay must be a duration, such as 500ms or 2s")
        }
    }

    func run() async throws {
        let secret = try secretFlags.receiverSecret(for: profile)
        let logger = Logger(label: "martlet") { _ in SwiftLogNoOpLogHandler() }
        let listener = Listener(
            configuration: WebhookReceiverConfiguration(
                host: host, port: Int(port),
                verifier: secret.map { SignatureVerifier(profile: profile, secrets: [$0]) },
                status: status, delay: delay.flatMap(DurationText.parse) ?? .zero),
            count: count, json: json, logger: logger)
        try await GracefulShutdown.group(of: [listener], grace: Defaults.shutdownGrace, logger: logger).run()
    }
}

/// Prints what arrives until it has had enough, or is told to stop.
private struct Listener: Service {
    let configuration: WebhookReceiverConfiguration
    /// How many to wait for; `nil`: no end.
    let count: Int?
    let json: Bool
    let logger: Logger

    func run() async throws {
        let receiver: WebhookReceiver
        do {
            receiver = try await WebhookReceiver.start(configuration, logger: logger)
        } catch {
            throw CommandError("cannot listen at \(configuration.host):\(configuration.port): \(error)")
        }
        let address = ListenAddress(host: configuration.host, port: receiver.port)
        StandardStreams.printError("listening on http://\(address)/")
        await cancelWhenGracefulShutdown {
            var missing = count
            for await webhook in receiver.webhooks {
                StandardStreams.print(json ? WebhookReport.json(webhook) : Array(WebhookReport.text(webhook).utf8))
                if webhook.verification.isVerified ?? true { missing = missing.map { $0 - 1 } }
                if missing == 0 { return }
            }
        }
        // The last sender gets its answer.
        await receiver.stop()
    }
}
