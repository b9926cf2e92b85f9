import Glibc

/// What one server lends to those who connect, be they known or not.
public struct ConnectionLimits: Sendable {
    /// From the head of a request to the end of its body: whoever sends a byte now and then holds a buffer no longer.
    public var bodyTime: Duration
    /// Connections at a time; one more is answered 503 and closed.
    public var connectionsMax: Int

    public init(bodyTime: Duration = .seconds(30), connectionsMax: Int = ConnectionLimits.connectionsDefault) {
        self.bodyTime = bodyTime
        self.connectionsMax = connectionsMax
    }

    /// Some descriptors are for the database and for what is refused.
    private static let descriptorsForOthers = 128

    /// 4,096, or what the limit of open files (`ulimit -n`) leaves.
    public static let connectionsDefault = max(16, min(4_096, sysconf(CInt(_SC_OPEN_MAX)) - descriptorsForOthers))
}
