import Glibc

/// A server that outlived its owner for a moment, or the traces of one that was killed.
enum SurvivingServer {
    /// Makes sure that no server runs on this data, and that no trace of one keeps the next from starting.
    ///
    /// The caller holds the ``OwnerLock``: whatever runs here belongs to nobody any more.
    static func end(
        in directory: ServerDirectory, binaries: PostgresBinaries
    ) async throws(PrivatePostgresError) {
        let pidFile = "\(directory.data)/postmaster.pid"
        if let processIdentifier = firstNumber(in: pidFile) {
            if isServer(processIdentifier, of: directory) {
                do {
                    _ = try await Command.output(
                        of: .path(.init(binaries.path("pg_ctl"))),
                        ["stop", "-D", directory.data, "-m", "fast", "-w", "-t", "60"],
                        as: directory.account)
                } catch {
                    // It may have ended by itself in between. The file goes first, the process a moment later.
                    if firstNumber(in: pidFile) != nil, isServer(processIdentifier, of: directory) { throw error }
                }
            } else if exists(processIdentifier) {
                // The number has gone to a stranger, which PostgreSQL would take for a living server.
                unlink(pidFile)
            }
        }
        for name in Files.entries(of: directory.socketDirectory) where name.hasPrefix(".s.PGSQL.") {
            unlink("\(directory.socketDirectory)/\(name)")
        }
    }

    private static func firstNumber(in path: String) -> Int32? {
        Files.text(of: path)?.split(separator: "\n").first.flatMap { Int32(Text.trimmed(String($0))) }
    }

    /// PostgreSQL works inside its data directory, so the kernel says whose server a process is.
    private static func isServer(_ processIdentifier: Int32, of directory: ServerDirectory) -> Bool {
        Files.destination(of: "/proc/\(processIdentifier)/cwd") == directory.data
    }

    private static func exists(_ processIdentifier: Int32) -> Bool {
        kill(processIdentifier, 0) == 0 || errno == EPERM
    }
}
