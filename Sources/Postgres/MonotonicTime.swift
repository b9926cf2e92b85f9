internal import Glibc

/// A point on the machine's monotonic clock, in nanoseconds.
///
/// A plain integer instead of `ContinuousClock.Instant`, because every statement reads and compares it several
/// times, and because a test can name any point in time.
struct MonotonicTime: Comparable, Sendable {
    var nanoseconds: Int64

    /// Later than any deadline.
    static let distantFuture = MonotonicTime(nanoseconds: .max)

    /// Reads the clock (no system call: vDSO).
    static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Saturates instead of overflowing: a caller may ask for a deadline of centuries.
    static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        let (sum, overflow) = time.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        guard overflow else { return MonotonicTime(nanoseconds: sum) }
        return duration < .zero ? MonotonicTime(nanoseconds: .min) : .distantFuture
    }

    /// How long from `earlier` to `later`; negative when the order is reversed.
    static func - (later: MonotonicTime, earlier: MonotonicTime) -> Duration {
        .nanoseconds(later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds).partialValue)
    }

    /// Milliseconds until `self` seen from `now`, rounded up so that a timer never fires early; at least 0.
    func millisecondsRoundedUp(from now: MonotonicTime) -> Int32 {
        guard self > now else { return 0 }
        let milliseconds = (nanoseconds - now.nanoseconds) / 1_000_000
        return milliseconds >= Int64(Int32.max) ? .max : Int32(milliseconds) + 1
    }
}

extension Duration {
    /// The duration in nanoseconds, saturating at ±292 years.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !carried else { return seconds < 0 ? .min : .max }
        return sum
    }
}
