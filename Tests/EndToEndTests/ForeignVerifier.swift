import Glibc
import PrivatePostgres
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
        try await run("/bin/mkdir", ["-m", "700", directory])
        do {
            try await body(ForeignVerifier(directory: directory))
        } catch {
            _ = try? await run("/bin/rm", ["-r", directory])
            throw error
        }
        try await run("/bin/rm", ["-r", directory])
    }

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
        let output = try await Self.run(
            try await Self.python(), ["-c", program, secret, try file("body", body)] + fields)
        guard let verdict = output.last else { throw ForeignVerifierError(output: output) }
        return verdict == "accepted"
    }

    /// `openssl dgst`: the HMAC-SHA256 of the body, in lower-case hex or in Base64.
    func openSSLCode(of body: [UInt8], secret: String, base64: Bool) async throws -> String {
        let pipe = base64 ? "-binary | openssl base64 -A" : "-r | cut -d ' ' -f 1"
        let output = try await Self.run(
            "/bin/sh", ["-c", "openssl dgst -sha256 -hmac \"$1\" < \"$2\" \(pipe)", "sh", secret, try file("body", body)])
        guard let code = output.last else { throw ForeignVerifierError(output: output) }
        return code
    }

    private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = "\(directory)/\(name)"
        guard let file = fopen(path, "w") else { throw ForeignVerifierError(output: ["\(path) cannot be written"]) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw ForeignVerifierError(output: ["\(path) cannot be written"])
        }
        return path
    }

    /// The interpreter that has the packages of scripts/requirements.txt; `make test` has made it, `swift test` alone
    /// has it made here.
    private static func python() async throws -> String {
        let environment = "\(PackageRoot.path)/.build/venv"
        if access("\(environment)/ready", R_OK) != 0 {
            try await run("/usr/bin/env", ["make", "-C", PackageRoot.path, ".build/venv/ready"])
        }
        return "\(environment)/bin/python"
    }

    @discardableResult
    private static func run(_ executable: String, _ arguments: [String]) async throws -> [String] {
        var environment: [String: String] = [:]
        for name in ["PATH", "HOME"] { environment[name] = getenv(name).map { String(cString: $0) } }
        let command = SupervisedCommand(executable: executable, arguments: arguments, environment: environment)
        return try await withChildProcess(named: executable, command) { child in
            let exit = try await child.waitForExit(within: .seconds(120))
            let output = child.output.map(\.text)
            guard exit == .exited(0) else { throw ForeignVerifierError(output: output) }
            return output
        }
    }
}

struct ForeignVerifierError: Error, CustomStringConvertible {
    let output: [String]

    var description: String { "a verifier failed: \(output.joined(separator: "\n"))" }
}
