/// Who used the processors over a stretch of time.
struct ProcessorShares: Sendable {
    struct Snapshot: Sendable {
        fileprivate let at: Int64
        fileprivate let programs: [(name: String, time: Int64)]
        fileprivate let busy: Int64
        fileprivate let idle: Int64
        fileprivate let stolen: Int64

        /// - Parameter postgres: the postmaster; its children count with it.
        static func take(_ programs: [ChildProgram], postgres: Int32?) -> Snapshot {
            var times = programs.map { program in
                (name: program.name, time: ProcessFiles.times(of: program.processIdentifier)?.own ?? 0)
            }
            if let postgres { times.append((name: "postgres", time: ProcessFiles.familyTime(of: postgres))) }
            let machine = ProcessFiles.machineTimes()
            return Snapshot(
                at: MonotonicClock.now, programs: times, busy: machine.busy, idle: machine.idle,
                stolen: machine.stolen)
        }
    }

    /// Nanoseconds on the clock.
    let elapsed: Int64
    /// Nanoseconds on processors, by program.
    private(set) var times: [(name: String, time: Int64)]
    /// Of everything else on the machine: kernel threads, other people, and this program itself.
    private var others: Int64
    private let idle: Int64
    private let stolen: Int64

    init(from start: Snapshot, to end: Snapshot) {
        elapsed = max(1, end.at - start.at)
        times = zip(start.programs, end.programs).map { (name: $0.name, time: max(0, $1.time - $0.time)) }
        others = max(0, end.busy - start.busy - times.reduce(0) { $0 + $1.time })
        idle = max(0, end.idle - start.idle)
        stolen = max(0, end.stolen - start.stolen)
    }

    /// Names a program that has ended since, and says itself what it used.
    mutating func add(_ name: String, _ time: Int64) {
        times.append((name: name, time: time))
        others = max(0, others - time)
    }

    func time(of name: String) -> Int64 { times.first { $0.name == name }?.time ?? 0 }

    /// In hundredths of one processor: of two there are 200.
    var description: String {
        func percent(_ time: Int64) -> Int { Int((Double(time) * 100 / Double(elapsed)).rounded()) }
        var parts = times.map { "\($0.name) \(percent($0.time))" } + ["others \(percent(others))"]
        if percent(stolen) > 0 { parts.append("stolen \(percent(stolen))") }
        parts.append("idle \(percent(idle))")
        return parts.joined(separator: ", ")
    }
}
