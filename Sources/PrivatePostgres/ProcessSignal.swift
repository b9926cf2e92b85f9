/// A signal for a supervised program, by the name that `kill -s` knows.
public enum ProcessSignal: String, Sendable {
    case interrupt = "INT"
    case terminate = "TERM"
    case quit = "QUIT"
    case hangUp = "HUP"
    case kill = "KILL"
    /// Freezes the program: what a machine that swaps or a paused container looks like.
    case stop = "STOP"
    case proceed = "CONT"
}
