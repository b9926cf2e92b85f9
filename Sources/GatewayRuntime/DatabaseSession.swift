/// How the sessions of programs that answer people start.
public enum DatabaseSession {
    /// Server settings, for `PostgresConfiguration.sessionSettings`.
    ///
    /// What is asked here runs for milliseconds. The planner takes some of it for expensive, because of all the partitions
    /// that it might have to look into, and would compile it for seconds first.
    public static let settings = [("jit", "off")]
}
