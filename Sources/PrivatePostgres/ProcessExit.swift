internal import Subprocess

/// How a program ended.
public enum ProcessExit: Sendable, Equatable, CustomStringConvertible {
    /// It ended by itself with this code, 0 meaning success.
    case exited(Int32)
    /// This signal ended it.
    case signaled(Int32)

    /// A shell reports the death of its child by signal `n` as exit code `128 + n`.
    private static let signalBase: Int32 = 128

    init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code) where code > Self.signalBase: self = .signaled(code - Self.signalBase)
        case .exited(let code): self = .exited(code)
        case .signaled(let signal): self = .signaled(signal)
        }
    }

    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let signal): "signal \(signal)"
        }
    }
}
