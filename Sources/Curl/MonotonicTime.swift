import Glibc

/// A reading of `CLOCK_MONOTONIC`, which no clock adjustment moves.
struct MonotonicTime: Comparable {
    private let nanoseconds: Int64

    static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    static func - (later: MonotonicTime, earlier: MonotonicTime) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }

    /// Waits beyond 100 years count as 100 years.
    static func + (start: MonotonicTime, wait: Duration) -> MonotonicTime {
        MonotonicTime(nanoseconds: start.nanoseconds + wait.milliseconds * 1_000_000)
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, between 0 and 100 years.
    var milliseconds: Int64 {
        let century: Int64 = 3_153_600_000
        let (seconds, attoseconds) = components
        if seconds < 0 { return 0 }
        if seconds >= century { return century * 1_000 }
        return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
