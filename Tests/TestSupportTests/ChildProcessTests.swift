import PrivatePostgres
import Testing

@testable import TestSupport

struct ChildProcessTests {
    @Test func `a line is found whether it comes before or after the question`() async throws {
        let command = shell("trap 'echo second' HUP; echo first; while :; do sleep 1; done")
        try await withChildProcess(named: "sh", command) { child in
            try await child.line(containing: "first")
            try await child.line(containing: "first")
            child.send(.hangUp)
            try await child.line(containing: "second")
            #expect(child.output.map(\.text) == ["first", "second"])
        }
    }

    @Test func `waiting for a line of a program that has ended fails at once, with what it wrote`() async throws {
        try await withChildProcess(named: "sh", shell("echo what it wrote")) { child in
            let error = await #expect(throws: ChildProcessError.self) { try await child.line(containing: "listening") }
            let message = try #require(error).description
            #expect(message == "waited in vain for the line \"listening\" of sh, which wrote:\nwhat it wrote")
        }
    }

    @Test func `waiting for a line that does not come has an end`() async throws {
        try await withChildProcess(named: "sleep", shell("exec sleep 600")) { child in
            await #expect(throws: ChildProcessError.self) {
                try await child.line(containing: "never", within: .milliseconds(50))
            }
        }
    }

    @Test func `waiting for the end of a program that stays has an end`() async throws {
        try await withChildProcess(named: "sleep", shell("exec sleep 600")) { child in
            await #expect(throws: ChildProcessError.self) { try await child.waitForExit(within: .milliseconds(50)) }
        }
    }

    @Test func `a program is ended with the test that started it`() async throws {
        let left = try await withChildProcess(named: "sleep", shell("exec sleep 600")) { child in
            #expect(child.isRunning)
            return child
        }
        #expect(!left.isRunning)
        #expect(try await left.waitForExit() == .signaled(9))
    }

    private func shell(_ script: String) -> SupervisedCommand {
        SupervisedCommand(executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
    }
}
