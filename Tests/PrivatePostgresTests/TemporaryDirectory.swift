import Glibc
import Testing

@testable import PrivatePostgres

/// Runs `body` with the path of a new directory, which is deleted afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let path = try Files.makePrivateDirectory(prefix: "/tmp/martlet-test-", owner: nil)
    // The server's user has to pass through it.
    try #require(chmod(path, 0o711) == 0)
    let outcome: Result<Void, any Error>
    do {
        outcome = .success(try await body(path))
    } catch {
        outcome = .failure(error)
    }
    try await Command.output(of: .name("rm"), ["-rf", "--", path])
    try outcome.get()
}
