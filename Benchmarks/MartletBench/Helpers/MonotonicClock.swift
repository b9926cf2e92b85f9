import Glibc

/// `CLOCK_MONOTONIC`, the same for all processes of a machine.
enum MonotonicClock {
    /// In nanoseconds.
    static var now: Int64 { read(CLOCK_MONOTONIC) }

    /// What all threads of this process have used, in nanoseconds.
    static var processorTime: Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// Returns at the moment, or at once when it has passed.
    static func sleep(until moment: Int64) {
        var time = timespec(tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
