import Glibc

/// The few file system calls this module needs, without Foundation.
enum Files {
    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The names in a directory, sorted; nothing when it cannot be read.
    static func entries(of directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The whole of a small file, or `nil` when it cannot be read.
    static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    /// Makes a file that did not exist, for `owner` alone.
    static func create(_ path: String, text: String, owner: ServerAccount?) throws(PrivatePostgresError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path) }
        defer { close(descriptor) }
        if let owner {
            guard fchown(descriptor, owner.userID, owner.groupID) == 0 else { throw .system(path) }
        }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw .system(path) }
    }

    /// What `lstat` says, or `nil` when there is nothing.
    static func status(of path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// Where a symbolic link points, or `nil` when `path` is none.
    static func destination(of path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let count = readlink(path, start, buffer.count)
            guard count >= 0 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(buffer)[..<count], as: UTF8.self)
        }
    }

    /// The path without links, `.` and `..`; `nil` when nothing is there.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return "\(resolved(".") ?? "")/\(path)"
    }

    /// Everything before the last component.
    static func parent(of path: String) -> String {
        let components = path.split(separator: "/")
        return "/" + components.dropLast().joined(separator: "/")
    }

    /// Makes a directory and what is missing above it.
    static func makeDirectories(_ path: String) throws(PrivatePostgresError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path != "/" else { throw .system(path) }
        try makeDirectories(parent(of: path))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .system(path) }
    }

    /// Makes a new directory with a random name, for `owner` alone.
    ///
    /// - Parameter prefix: the path up to the random part.
    static func makePrivateDirectory(prefix: String, owner: ServerAccount?) throws(PrivatePostgresError) -> String {
        var template = Array("\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .system(prefix) }
        let path = template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
        if let owner {
            guard chown(path, owner.userID, owner.groupID) == 0 else { throw .system(path) }
        }
        return path
    }
}

extension PrivatePostgresError {
    /// What `errno` says about `path`.
    static func system(_ path: String) -> PrivatePostgresError {
        .unusableDirectory(path, reason: String(cString: strerror(errno)))
    }
}
