import Glibc
import Postgres

/// Where and when something was measured.
struct MachineFacts: Sendable {
    let lines: [String]

    static func gather(_ bench: Bench, commit: String?) async throws -> MachineFacts {
        let version = try await bench.statistics.execute(SelectVersion()).first ?? "unknown"
        let (flush, filesystem) = try flushTime(in: bench.directory)
        var lines = [
            "\(Self.processors), \(NumberText.fixed(Double(memoryBytes) / 1_073_741_824, 1)) GiB memory",
            "\(system); load of the last minute before the start: \(load)",
            "PostgreSQL \(version), settings as installed, fsync and synchronous_commit on; "
                + (bench.countsStatements ? "pg_stat_statements counts" : "no pg_stat_statements: transactions count"),
            "write and fdatasync of 8 KiB in its directory (\(filesystem)): median \(flush)",
        ]
        if let commit { lines.append("commit \(commit)") }
        if bench.isQuick { lines.append("QUICK RUN: too short to believe the numbers") }
        return MachineFacts(lines: lines)
    }

    static var now: String {
        var moment = time(nil)
        var local = tm()
        gmtime_r(&moment, &local)
        func two(_ value: CInt) -> String { (value < 10 ? "0" : "") + "\(value)" }
        return "\(local.tm_year + 1_900)-\(two(local.tm_mon + 1))-\(two(local.tm_mday))"
            + "T\(two(local.tm_hour)):\(two(local.tm_min))Z"
    }

    private static var processors: String {
        let model = ProcessFiles.text(of: "/proc/cpuinfo")?.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = model?.split(separator: ":").last.map { $0.drop { $0 == " " } } ?? "unknown processor"
        return "\(sysconf(CInt(_SC_NPROCESSORS_ONLN))) × \(name)"
    }

    private static var memoryBytes: Int {
        sysconf(CInt(_SC_PHYS_PAGES)) * sysconf(CInt(_SC_PAGESIZE))
    }

    private static var system: String {
        ProcessFiles.text(of: "/proc/version").map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
            ?? "unknown system"
    }

    private static var load: String {
        ProcessFiles.text(of: "/proc/loadavg")?.split(separator: " ").first.map(String.init) ?? "unknown"
    }

    /// What a commit waits for, at the least.
    private static func flushTime(in directory: String) throws -> (median: String, filesystem: String) {
        let path = directory + "/flush"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HelperError.system(path) }
        defer {
            close(descriptor)
            unlink(path)
        }
        let block = [UInt8](repeating: 1, count: 8_192)
        var times: [Double] = []
        for _ in 0..<200 {
            let start = MonotonicClock.now
            guard pwrite(descriptor, block, block.count, 0) == block.count, fdatasync(descriptor) == 0 else {
                throw HelperError.system(path)
            }
            times.append(Double(MonotonicClock.now - start) / 1_000)
        }
        return ("\(NumberText.whole(Statistics.median(times))) µs", filesystem(of: directory))
    }

    /// The kind of the file system that the directory is in: of all mounts above it the nearest.
    private static func filesystem(of directory: String) -> String {
        let mounts = (ProcessFiles.text(of: "/proc/mounts") ?? "").split(separator: "\n").map {
            $0.split(separator: " ")
        }
        let above = mounts.filter { mount in
            mount.count > 2 && (mount[1] == "/" || directory == mount[1] || directory.hasPrefix("\(mount[1])/"))
        }
        guard let nearest = above.max(by: { $0[1].count < $1[1].count }) else { return "unknown file system" }
        return nearest[2] == "tmpfs" ? "IN MEMORY: nothing here is durable" : String(nearest[2])
    }
}

private struct SelectVersion: Statement {
    static let sql = "SELECT current_setting('server_version')"

    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}
