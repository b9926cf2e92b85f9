import EndToEndSupport
import Glibc
import TestSupport

/// Verifies signatures with programs that were not written here.
struct ForeignVerifier {
    private let directory: String

    private init(directory: String) {
        self.directory = directory
    }

    /// Lends a verifier that keeps its files in a directory of its own.
    static func with(_ body: (ForeignVerifier) async throws -> Void) async throws {
        let directory = "/tmp/martlet-verify-\(RandomName.make(12))"
        guard mkdir(directory, 0o700) == 0 else {
            throw ForeignVerifierError(output: ["\(directory) cannot be made"])
        }
        defer {
            unlink("\(directory)/\(bodyFile)")
            rmdir(directory)
        }
        try await body(ForeignVerifier(directory: directory))
    }

    private static let bodyFile = "body"

    /// The `standardwebhooks` package of PyPI: whether it accepts the request.
    func standardWebhooksAccepts(headers: [(name: String, value: String)], body: [UInt8], secret: String) async throws
        -> Bool
    {
        let program = """
            import sys, standardwebhooks
            secret, body, *fields = sys.argv[1:]
            headers = dict(field.split(": ", 1) for field in fields)
            try:
                standardwebhooks.Webhook(secret).verify(open(body, "rb").read(), headers)
            except standardwebhooks.WebhookVerificationError as error:
                print("refused:", error)
            else:
                print("accepted")
            """
        let fields = headers.map { "\($0.name): \($0.value)" }
        let output = try await Foreign.python(program, [secret, try write(body)] + fields)
        guard let verdict = output.last else { throw ForeignVerifierError(output: ["python printed nothing"]) }
        return verdict == "accepted"
    }

    /// `openssl dgst`: the HMAC-SHA256 of the body, in lower-case hex or in Base64.
    func openSSLCode(of body: [UInt8], secret: String, base64: Bool) async throws -> String {
        let pipe = base64 ? "-binary | openssl base64 -A" : "-r | cut -d ' ' -f 1"
        let output = try await Foreign.run(
            "/bin/sh", ["-c", "openssl dgst -sha256 -hmac \"$1\" < \"$2\" \(pipe)", "sh", secret, try write(body)])
        guard let code = output.last else { throw ForeignVerifierError(output: ["openssl printed nothing"]) }
        return code
    }

    /// Writes the body where the programs can read it; returns the path.
    private func write(_ body: [UInt8]) throws -> String {
        let path = "\(directory)/\(Self.bodyFile)"
        guard let file = fopen(path, "w") else { throw ForeignVerifierError(output: ["\(path) cannot be written"]) }
        let count = fwrite(body, 1, body.count, file)
        guard fclose(file) == 0, count == body.count else {
            throw ForeignVerifierError(output: ["\(path) cannot be written"])
        }
        return path
    }
}

struct ForeignVerifierError: Error, CustomStringConvertible {
    let output: [String]

    var description: String { "a verifier failed: \(output.joined(separator: "\n"))" }
}
