import Glibc
import PrivatePostgres

/// Makes a directory, lends it to `body`, and deletes it with everything in it.
func withTemporaryDirectory<Result>(_ body: (_ path: String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CommandFailed(output: String(cString: strerror(errno))) }
    let path = template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
    // Root's servers run as another user, who has to pass through.
    chmod(path, 0o755)
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await body(path))
    } catch {
        result = .failure(error)
    }
    let removal = try await SupervisedProcess.start(
        SupervisedCommand(executable: "/bin/rm", arguments: ["-rf", "--", path], environment: [:])
    ) { _ in }
    _ = try await removal.waitForExit()
    return try result.get()
}
