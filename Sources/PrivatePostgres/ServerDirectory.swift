import Glibc

/// The place of one private server: its data, its socket, its password.
///
/// All of it belongs to the server's user, and nobody else may enter: whoever reaches the socket is superuser.
struct ServerDirectory: Sendable {
    /// Without links, so that it can be compared with what the kernel says of a process.
    let path: String
    /// The directory of the Unix socket. Usually in ``path``, but a socket's path holds 107 bytes at most.
    let socketDirectory: String
    let account: ServerAccount?

    var data: String { "\(path)/data" }
    var passwordFile: String { "\(path)/password" }
    var lockFile: String { "\(path)/owner.lock" }

    /// The major version that made the data, or `nil` before the first start.
    var majorVersion: Int? { Files.text(of: "\(data)/PG_VERSION").flatMap { Int(Text.trimmed($0)) } }

    /// Makes or finds the directory that the user asked for.
    ///
    /// Where the server's user cannot reach that place (root's home, mostly), the files are under `/var/tmp` instead,
    /// and a symbolic link in the wished place leads to them.
    static func prepare(at wished: String, account: ServerAccount?) throws(PrivatePostgresError) -> ServerDirectory {
        let path = try place(Files.absolute(wished), account: account, elsewhere: "/var/tmp/martlet-postgres-") {
            parent in
            account?.canEnter(parent) ?? true
        }
        let socketDirectory = try place("\(path)/socket", account: account, elsewhere: "/tmp/martlet-socket-") { _ in
            isUsableForSocket("\(path)/socket")
        }
        return ServerDirectory(path: path, socketDirectory: socketDirectory, account: account)
    }

    /// Makes or finds a private directory at `wished`, or behind a link there.
    ///
    /// - Parameter isGood: whether a directory in this parent serves; else the files go to `elsewhere`, a prefix.
    private static func place(
        _ wished: String, account: ServerAccount?, elsewhere: String, isGood: (_ parent: String) -> Bool
    ) throws(PrivatePostgresError) -> String {
        if let destination = Files.destination(of: wished) {
            if Files.status(of: destination) != nil {
                return try trusted(destination, account: account)
            }
            // What it led to is gone: somebody cleaned up, and we begin again.
            guard unlink(wished) == 0 else { throw .system(wished) }
        } else if Files.status(of: wished) != nil {
            return try trusted(wished, account: account)
        }
        let parent = Files.parent(of: wished)
        try Files.makeDirectories(parent)
        if isGood(Files.resolved(parent) ?? parent) {
            guard mkdir(wished, 0o700) == 0 else { throw .system(wished) }
            if let account {
                guard lchown(wished, account.userID, account.groupID) == 0 else { throw .system(wished) }
            }
            return try trusted(wished, account: account)
        }
        let path = try Files.makePrivateDirectory(prefix: elsewhere, owner: account)
        guard symlink(path, wished) == 0 else { throw .system(wished) }
        return path
    }

    /// The resolved path, if it is a directory of the server's user that nobody else may enter.
    private static func trusted(_ path: String, account: ServerAccount?) throws(PrivatePostgresError) -> String {
        guard let resolved = Files.resolved(path), let status = Files.status(of: resolved) else { throw .system(path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .unusableDirectory(path, reason: "it is not a directory")
        }
        let owner = account?.userID ?? geteuid()
        guard status.st_uid == owner else {
            throw .unusableDirectory(path, reason: "it belongs to user \(status.st_uid), not to \(owner)")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .unusableDirectory(path, reason: "others may enter it (chmod 700 it, if it is a private server's)")
        }
        return resolved
    }

    /// A Unix socket has a port in its name. No other server is in our directory, so any will do.
    static let portWithoutTCP: UInt16 = 5432

    /// The longest path of a Unix socket, in bytes: `sun_path` has 108, with a zero at the end.
    private static let socketPathBytesMax = 107

    /// PostgreSQL reads a list of directories, so a comma, a quote or a space in the path would need quoting.
    private static func isUsableForSocket(_ directory: String) -> Bool {
        let isPlain = directory.utf8.allSatisfy { byte in
            Text.percentEncoded(String(Unicode.Scalar(byte))).utf8.count == 1 || byte == UInt8(ascii: "/")
        }
        return isPlain && "\(directory)/.s.PGSQL.65535.lock".utf8.count <= socketPathBytesMax
    }
}

extension ServerAccount {
    /// Whether this user may pass through `directory` and all above it.
    func canEnter(_ directory: String) -> Bool {
        var path = directory
        while true {
            guard let status = Files.status(of: path) else { return false }
            let permission: UInt32 =
                status.st_uid == userID ? S_IXUSR : status.st_gid == groupID ? S_IXGRP : S_IXOTH
            guard status.st_mode & permission != 0 else { return false }
            if path == "/" { return true }
            path = Files.parent(of: path)
        }
    }
}
