internal import WebhookStore

/// Where the next claim begins to look.
///
/// Ids grow with time, but a slow producer may commit a low id late. So there are three places to begin:
/// - behind the last claimed id, which spares a walk over everything just taken and not yet vacuumed;
/// - the safe horizon, below which nothing can appear any more: finds what slow producers committed;
/// - zero, which finds leases that have expired.
struct ScanPosition {
    private struct Sample {
        let time: ContinuousClock.Instant
        let id: Int64
        let nextTransaction: Int64
    }

    private var lastClaimed: Int64 = 0
    private var safe: Int64 = 0
    private var samples: [Sample] = []
    private var lastWasFull = false
    private var nextSafeSweep: ContinuousClock.Instant?
    private var nextFullSweep: ContinuousClock.Instant?

    static let safeSweepInterval: Duration = .milliseconds(500)
    static let fullSweepInterval: Duration = .seconds(10)
    /// A transaction has its number at most this long after it made its ids: it makes them, then writes.
    static let sampleInterval: Duration = .milliseconds(100)

    /// The id above which the next claim looks.
    mutating func next(now: ContinuousClock.Instant) -> Int64 {
        guard let nextFullSweep, now < nextFullSweep else {
            self.nextFullSweep = now + Self.fullSweepInterval
            return 0
        }
        // While claims come back full there is enough to do; a straggler may wait half a second.
        if lastWasFull, let nextSafeSweep, now < nextSafeSweep {
            return lastClaimed
        }
        nextSafeSweep = now + Self.safeSweepInterval
        // What lies between the last claimed id and the horizon is old, and still to be claimed.
        return lastWasFull ? min(safe, lastClaimed) : safe
    }

    /// What a claim with room for `limit` found.
    mutating func claimed(_ ids: some Collection<Int64>, limit: Int) {
        lastWasFull = ids.count >= limit
        // Also when it is smaller than before: what a sweep has found is continued from there.
        if let largest = ids.max() { lastClaimed = largest }
    }

    /// Leases were returned: they can lie anywhere.
    mutating func startOver() {
        nextFullSweep = nil
    }

    func wantsSample(now: ContinuousClock.Instant) -> Bool {
        guard let last = samples.last else { return true }
        return now - last.time >= Self.sampleInterval
    }

    /// A sample whose id was taken one interval before another sample is safe, once every transaction that ran at that
    /// other sample has ended.
    mutating func sampled(_ row: SampleHorizon.Row, at time: ContinuousClock.Instant) {
        if let settled = samples.lastIndex(where: { $0.nextTransaction <= row.oldestTransaction }), settled > 0 {
            safe = max(safe, samples[settled - 1].id)
            samples.removeFirst(settled)
        }
        samples.append(Sample(time: time, id: row.id, nextTransaction: row.nextTransaction))
        // A transaction that stays open for hours settles nothing: the oldest samples serve as well as all.
        if samples.count > Self.samplesMax { samples.remove(at: samples.count / 2) }
    }

    private static let samplesMax = 1_000
}
