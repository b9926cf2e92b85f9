import Glibc

/// The user that runs the server: PostgreSQL refuses to run as root.
public struct ServerAccount: Sendable, Equatable {
    public let userID: UInt32
    public let groupID: UInt32

    /// Whom to run the server as: `nil` means this process's own user, which is right for everybody but root.
    ///
    /// Root takes `postgres`, which Debian's package makes, and else `nobody`.
    public static func unprivileged() throws(PrivatePostgresError) -> ServerAccount? {
        guard geteuid() == 0 else { return nil }
        guard let account = named("postgres") ?? named("nobody") else { throw .noUnprivilegedUser }
        return account
    }

    /// The largest entry of the user database that is read, in bytes.
    private static let entryBytesMax = 16_384

    private static func named(_ name: String) -> ServerAccount? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: entryBytesMax) { buffer in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard let start = buffer.baseAddress, getpwnam_r(name, &entry, start, buffer.count, &found) == 0,
                found != nil, entry.pw_uid != 0
            else { return nil }
            return ServerAccount(userID: entry.pw_uid, groupID: entry.pw_gid)
        }
    }

    /// Put before a command line, runs it as this user entirely: no group of ours stays.
    ///
    /// A program that drops the rights itself, instead of the child process between fork and exec: there glibc's
    /// `setuid` can wait for a thread that exists in the parent alone, and the child never becomes the program.
    var prefix: [String] {
        ["setpriv", "--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups", "--"]
    }
}
