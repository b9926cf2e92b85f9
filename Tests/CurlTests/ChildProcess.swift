import Glibc

/// A program found in `PATH`, with pipes to its standard input and output; its standard error is thrown away.
final class ChildProcess {
    private let id: pid_t
    private let input: CInt
    private let output: CInt
    private var isRunning = true

    struct Failed: Error { let code: CInt }

    init(_ command: [String]) throws {
        let toChild = try Self.pipeEnds()
        let fromChild = try Self.pipeEnds()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, toChild.reading, 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild.writing, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var id = pid_t()
        let code = posix_spawnp(&id, command[0], &actions, nil, &arguments, environ)
        for argument in arguments { free(argument) }
        posix_spawn_file_actions_destroy(&actions)
        close(toChild.reading)
        close(fromChild.writing)
        input = toChild.writing
        output = fromChild.reading
        self.id = id
        guard code == 0 else {
            isRunning = false
            throw Failed(code: code)
        }
    }

    deinit {
        stop()
        close(input)
        close(output)
    }

    /// The exit code; `nil` after a signal.
    func waitForExit() -> CInt? {
        var status: CInt = 0
        guard isRunning, waitpid(id, &status, 0) == id else { return nil }
        isRunning = false
        return status & 0x7f == 0 ? status >> 8 & 0xff : nil
    }

    func stop() {
        guard isRunning else { return }
        kill(id, SIGKILL)
        _ = waitForExit()
    }

    func write(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
    }

    /// The next complete line of output that begins so; `nil` when the output ends first.
    func readLine(startingWith prefix: String) -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1 {
            if byte != UInt8(ascii: "\n") {
                line.append(byte)
                continue
            }
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix(prefix) { return text }
            line = []
        }
        return nil
    }

    /// Not inherited by other children, which would keep the pipe open.
    private static func pipeEnds() throws -> (reading: CInt, writing: CInt) {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failed(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
