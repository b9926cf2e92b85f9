import Glibc
import PrivatePostgres

/// Drops what the tests made on a server that is not theirs, when their process ends, however it ends.
enum DatabaseJanitor {
    /// Waits for the signal that tells of the end, then drops every database whose name begins with `$PREFIX`.
    private static let script = """
        clean_up() {
            kill "$waiting"
            psql -X -A -t -d "$SERVER" -c "SELECT datname FROM pg_database WHERE starts_with(datname, '$PREFIX')" |
                xargs -r -n 1 dropdb --maintenance-db="$SERVER" --if-exists --force --
            exit 0
        }
        trap clean_up TERM
        while :; do
            sleep 3600 &
            waiting=$!
            wait "$waiting"
        done
        """

    static func start(server: String, prefix: String) async throws -> SupervisedProcess {
        // The URL may hold a password, and arguments are there for everybody to see.
        var environment = ["SERVER": server, "PREFIX": prefix]
        environment["PATH"] = getenv("PATH").map { String(cString: $0) }
        return try await SupervisedProcess.start(
            SupervisedCommand(executable: "/bin/sh", arguments: ["-c", script], environment: environment)
        ) { _ in }
    }
}
