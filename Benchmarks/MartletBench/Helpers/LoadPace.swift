/// When the load client may begin its next request. All times in nanoseconds.
struct LoadPace {
    let duration: Int64
    /// A second; 0: as soon as a connection is free.
    let rate: Int
    /// How many requests of this load have come out at the other end; `nil` when nobody counts.
    let received: SharedCounter?
    /// The most that may be between both ends.
    let window: Int

    private var startedAt: Int64 = 0
    private var begun = 0

    /// How often the other end is looked at while the window is full.
    private static let windowPause: Int64 = 500_000

    init(duration: Int64, rate: Int, received: SharedCounter?, window: Int) {
        self.duration = duration
        self.rate = rate
        self.received = received
        self.window = window
    }

    mutating func start(at now: Int64) {
        startedAt = now
    }

    mutating func began() {
        begun += 1
    }

    func isOver(at now: Int64) -> Bool { now - startedAt >= duration }

    /// How long the next request has to wait; 0 when it may begin.
    func wait(at now: Int64) -> Int64 {
        if rate > 0 {
            let due = startedAt + Int64(begun) * 1_000_000_000 / Int64(rate)
            if due > now { return due - now }
        }
        if let received, begun - received.count >= window { return Self.windowPause }
        return 0
    }
}
