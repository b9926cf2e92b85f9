import Glibc
import PrivatePostgres
import TestSupport
import Testing

struct CorpusTests {
    /// As many as take the better part of a minute where two cores are free; ARCHITECTURE.md has the command for more.
    private static let documents = 20_000

    @Test(.timeLimit(.minutes(10)))
    func `an HTML5 parser not written here finds nothing forbidden, and the cell and its neighbours intact`()
        async throws
    {
        let command = SupervisedCommand(
            executable: try await VerifierEnvironment.python(),
            arguments: [
                "\(VerifierEnvironment.packageRoot)/Tests/HTMLOracle/check.py",
                try ProgramFile.path(of: "html-sanitize-stream"),
                "--documents", "\(Self.documents)",
            ],
            environment: ["PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"], farewell: .kill)
        try await withChildProcess(named: "check.py", command) { child in
            let exit = try await child.waitForExit(within: .seconds(540))
            let output = child.output.map(\.text)
            #expect(exit == .exited(0), "\(output.joined(separator: "\n"))")
            #expect(output.last == "\(Self.documents) documents, 0 wrong")
        }
    }
}
