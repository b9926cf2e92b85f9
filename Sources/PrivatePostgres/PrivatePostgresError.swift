/// Why there is no private server to use.
public enum PrivatePostgresError: Error, Equatable, CustomStringConvertible {
    /// No PostgreSQL of a usable version is installed. `searched` are the directories looked into.
    case notInstalled(wanted: String, searched: [String])
    /// Root found no user to give the server to.
    case noUnprivilegedUser
    /// Another living process runs a server in this directory.
    case directoryInUse(String)
    /// The directory cannot be made, read or trusted.
    case unusableDirectory(String, reason: String)
    /// The program could not be started at all.
    case cannotRun(program: String, reason: String)
    /// The program ran and failed. `output` is what it wrote to its standard error.
    case failed(program: String, exit: String, output: String)
    /// The server ended before it accepted connections. `log` holds its last lines.
    case serverDidNotStart(log: [String])
    /// The server has been stopped, or has ended by itself.
    case notRunning

    public var description: String {
        switch self {
        case .notInstalled(let wanted, let searched):
            "PostgreSQL \(wanted) is not installed (searched \(searched.joined(separator: ", "))); "
                + "on Debian and Ubuntu: apt-get install postgresql"
        case .noUnprivilegedUser:
            "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody"
        case .directoryInUse(let directory):
            "another process runs PostgreSQL in \(directory): stop it, or choose another directory"
        case .unusableDirectory(let directory, let reason):
            "cannot use the directory \(directory): \(reason)"
        case .cannotRun(let program, let reason):
            "cannot run \(program): \(reason)"
        case .failed(let program, let exit, let output):
            "\(program) failed with \(exit): \(output)"
        case .serverDidNotStart(let log):
            "PostgreSQL did not start:\n" + log.joined(separator: "\n")
        case .notRunning:
            "the private PostgreSQL is not running"
        }
    }
}
