/// Why a receiver did not start, or did not receive.
public enum ReceiverError: Error, Equatable {
    /// A system call failed: its name and the system's words.
    case system(String, String)
    /// Fewer requests than wanted within the time.
    case timedOut(received: Int, wanted: Int)
    /// The receiver was stopped before enough requests had come.
    case stopped(received: Int, wanted: Int)
}
