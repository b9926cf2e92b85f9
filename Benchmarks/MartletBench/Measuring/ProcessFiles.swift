import Glibc

/// What the kernel tells of processes, in `/proc`.
enum ProcessFiles {
    /// Processor time of one process, its ended children apart.
    struct Times {
        let parent: Int32
        /// In nanoseconds, to the kernel's tick (10 ms, mostly).
        let own: Int64
        let endedChildren: Int64
    }

    private static let nanosecondsPerTick = 1_000_000_000 / Int64(max(1, sysconf(CInt(_SC_CLK_TCK))))

    /// `nil` when there is no such process.
    static func times(of process: Int32) -> Times? {
        // The program's name, in parentheses, may hold anything.
        guard let text = text(of: "/proc/\(process)/stat"), let nameEnd = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 14, let parent = Int32(fields[1]) else { return nil }
        func ticks(_ index: Int) -> Int64 { (Int64(fields[index]) ?? 0) * nanosecondsPerTick }
        return Times(parent: parent, own: ticks(11) + ticks(12), endedChildren: ticks(13) + ticks(14))
    }

    /// Of the threads that the process has now, in nanoseconds and as exact: what ended threads used is missing.
    static func threadTime(of process: Int32) -> Int64 {
        let directory = "/proc/\(process)/task"
        return numberedEntries(of: directory).reduce(into: 0) { sum, thread in
            let fields = text(of: "\(directory)/\(thread)/schedstat")?.split(separator: " ")
            sum += fields?.first.flatMap { Int64($0) } ?? 0
        }
    }

    /// The most memory that the process has had at once, in bytes.
    static func residentBytesMax(of process: Int32) -> Int64 {
        let line = text(of: "/proc/\(process)/status")?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0) * 1_024
    }

    /// Of a process, its children and those of them that have ended: PostgreSQL's whole.
    static func familyTime(of process: Int32) -> Int64 {
        guard let times = times(of: process) else { return 0 }
        return times.own + times.endedChildren
            + numberedEntries(of: "/proc").reduce(into: 0) { sum, candidate in
                if let child = Self.times(of: candidate), child.parent == process { sum += child.own }
            }
    }

    /// What the processors of the machine have done since its start, in nanoseconds.
    static func machineTimes() -> (busy: Int64, idle: Int64, stolen: Int64) {
        guard let line = text(of: "/proc/stat")?.split(separator: "\n").first else { return (0, 0, 0) }
        let ticks = line.split(separator: " ").dropFirst().map { (Int64($0) ?? 0) * nanosecondsPerTick }
        guard ticks.count >= 8 else { return (0, 0, 0) }
        // user nice system idle iowait irq softirq steal; guest time is in user time already.
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6], ticks[3] + ticks[4], ticks[7])
    }

    /// The whole file; `nil` when it cannot be read.
    static func text(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func numberedEntries(of path: String) -> [Int32] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var found: [Int32] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let process = Int32(name) { found.append(process) }
        }
        return found
    }
}
