import ArgumentParser
import JSONFilter
import WebhookCore

/// `martlet verify`
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify the signature of a request: exit code 0, or 1 and why not.",
        discussion: "The body comes from standard input, byte for byte.")

    @Option(help: "Whose signature.")
    var profile: Profile = .standard

    @OptionGroup var secretFlags: SecretFlags

    @Option(name: .customLong("header"), help: "A header of the request, 'Name: value'; again for each.")
    var headers: [String] = []

    @Option(help: "Judge the time of the request as at this one, in seconds since 1970; without it: now.")
    var timestamp: Int64?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let secret = try secretFlags.requiredReceiverSecret(for: profile)
        let fields = try headers.map(HeaderLine.parse)
        let body = try InputFile.readStandardInput()
        let now = timestamp.map(Timestamp.init(secondsSinceUnixEpoch:)) ?? .now
        do throws(VerificationError) {
            try SignatureVerifier(profile: profile, secrets: [secret]).verify(headers: fields, body: body, now: now)
        } catch {
            report(error)
            throw ExitCode.failure
        }
        report(nil)
    }

    private func report(_ error: VerificationError?) {
        guard json else {
            StandardStreams.print(error.map { "not verified: \($0)" } ?? "verified")
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("verified")
        writer.bool(error == nil)
        writer.name("error")
        writer.string(error?.description)
        writer.endObject()
        StandardStreams.print(writer.bytes)
    }
}
