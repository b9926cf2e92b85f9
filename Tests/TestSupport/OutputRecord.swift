import PrivatePostgres
import Synchronization

/// Everything a program wrote, for readers that come before, during or after.
final class OutputRecord: Sendable {
    private struct State {
        var lines: [OutputLine] = []
        var readers: [AsyncStream<OutputLine>.Continuation] = []
        var isFinished = false
    }

    private let state = Mutex(State())

    var lines: [OutputLine] { state.withLock { $0.lines } }

    func append(_ line: OutputLine) {
        state.withLock { state in
            state.lines.append(line)
            for reader in state.readers { reader.yield(line) }
        }
    }

    func finish() {
        state.withLock { state in
            state.isFinished = true
            for reader in state.readers { reader.finish() }
            state.readers = []
        }
    }

    /// What has been written, then what will be.
    func stream() -> AsyncStream<OutputLine> {
        let (stream, reader) = AsyncStream<OutputLine>.makeStream()
        state.withLock { state in
            for line in state.lines { reader.yield(line) }
            if state.isFinished { reader.finish() } else { state.readers.append(reader) }
        }
        return stream
    }
}
