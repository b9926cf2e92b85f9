import Glibc
import Synchronization
import Testing

@testable import PrivatePostgres

struct SupervisedProcessTests {
    @Test func `both streams arrive line by line, and the exit code at the end`() async throws {
        let lines = Lines()
        let command = shell("echo out; echo 'err 1' >&2; printf 'no break'; exit 3")
        let process = try await SupervisedProcess.start(command) { lines.append($0) }
        #expect(try await process.waitForExit() == .exited(3))
        #expect(!process.isRunning)
        #expect(lines.texts(.standardOutput) == ["out", "no break"])
        #expect(lines.texts(.standardError) == ["err 1"])
    }

    @Test func `the process id is the program's own`() async throws {
        let lines = Lines()
        let process = try await SupervisedProcess.start(shell("echo $$")) { lines.append($0) }
        _ = try await process.waitForExit()
        #expect(lines.texts(.standardOutput) == ["\(process.processIdentifier)"])
    }

    @Test func `the environment is what was given and nothing more`() async throws {
        let lines = Lines()
        let command = SupervisedCommand(executable: "/usr/bin/env", environment: ["GIVEN": "a b", "PATH": "/bin"])
        let process = try await SupervisedProcess.start(command) { lines.append($0) }
        _ = try await process.waitForExit()
        let shellsOwn: Set = ["PWD", "OLDPWD", "SHLVL", "_"]
        let variables = lines.texts(.standardOutput).filter { !shellsOwn.contains(String($0.prefix { $0 != "=" })) }
        #expect(variables.sorted() == ["GIVEN=a b", "PATH=/bin"])
    }

    @Test(arguments: [(ProcessSignal.kill, SIGKILL), (.terminate, SIGTERM), (.interrupt, SIGINT)])
    func `a signal ends the program`(signal: ProcessSignal, number: Int32) async throws {
        let (ready, isReady) = AsyncStream<Void>.makeStream()
        let process = try await SupervisedProcess.start(shell("echo ready; exec sleep 600")) { _ in isReady.yield() }
        for await _ in ready { break }
        process.send(signal)
        #expect(try await process.waitForExit() == .signaled(number))
    }

    @Test func `a program whose owner is gone gets its farewell, and its scratch directory goes`() async throws {
        try await withTemporaryDirectory { directory in
            let scratch = "\(directory)/scratch"
            try Files.makeDirectories(scratch)
            let (events, event) = AsyncStream<String>.makeStream()
            func abandon() async throws {
                var command = shell("trap 'echo farewell; exit 0' TERM; echo ready; while :; do sleep 1; done")
                command.scratchDirectory = scratch
                let process = try await SupervisedProcess.start(command) { line in
                    event.yield(line.text)
                } onEnd: {
                    event.finish()
                }
                var iterator = events.makeAsyncIterator()
                #expect(await iterator.next() == "ready")
                #expect(process.isRunning)
            }
            try await abandon()
            var iterator = events.makeAsyncIterator()
            #expect(await iterator.next() == "farewell")
            #expect(await iterator.next() == nil)
            #expect(Files.status(of: scratch) == nil)
        }
    }

    @Test func `the scratch directory of a program that ends by itself stays`() async throws {
        try await withTemporaryDirectory { directory in
            let scratch = "\(directory)/scratch"
            try Files.makeDirectories(scratch)
            var command = shell("exit 0")
            command.scratchDirectory = scratch
            let process = try await SupervisedProcess.start(command) { _ in }
            #expect(try await process.waitForExit() == .exited(0))
            #expect(Files.status(of: scratch) != nil)
        }
    }

    @Test func `a program that does not exist ends with the shell's code for that`() async throws {
        let command = SupervisedCommand(executable: "/nowhere/program", environment: [:])
        let process = try await SupervisedProcess.start(command) { _ in }
        #expect(try await process.waitForExit() == .exited(127))
    }

    private func shell(_ script: String) -> SupervisedCommand {
        SupervisedCommand(executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
    }
}

private final class Lines: Sendable {
    private let kept = Mutex<[OutputLine]>([])

    func append(_ line: OutputLine) { kept.withLock { $0.append(line) } }

    func texts(_ stream: OutputLine.Stream) -> [String] {
        kept.withLock { $0.filter { $0.stream == stream }.map(\.text) }
    }
}
