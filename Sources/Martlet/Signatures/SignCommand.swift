import ArgumentParser
import JSONFilter
import WebhookCore

/// `martlet sign`
struct SignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a body as the gateway does, and print the headers.",
        discussion: "The body comes from standard input, byte for byte.")

    @Option(help: "Whose signature.")
    var profile: Profile = .standard

    @OptionGroup var secretFlags: SecretFlags

    @Option(help: "The delivery's id, a number; webhook-id is msg_ and it. Without it: one of now.")
    var id: DeliveryID?

    @Option(help: "Seconds since 1970; without it: now.")
    var timestamp: Int64?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let secret = try secretFlags.requiredReceiverSecret(for: profile)
        let now = timestamp.map(Timestamp.init(secondsSinceUnixEpoch:)) ?? .now
        let headers = Signer(profile: profile, secrets: [secret]).headers(
            id: id ?? .floor(at: now), body: try InputFile.readStandardInput(), now: now)
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            for header in headers {
                writer.name(header.name)
                writer.string(header.value)
            }
            writer.endObject()
            StandardStreams.print(writer.bytes)
        } else {
            for header in headers { StandardStreams.print("\(header.name): \(header.value)") }
        }
    }
}
