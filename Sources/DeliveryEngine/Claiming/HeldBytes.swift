/// How much memory the events take that this worker holds, and how many more of them fit.
///
/// A claim says how many deliveries it wants, not how many bytes: so it is guessed from the last ones. Lanes, where slow
/// subscriptions and their retries wait, may have half: the other half is for first attempts. Pure.
struct HeldBytes {
    /// For the data of events, which may be 1 MiB each. While they are claimed and sent they are there three times.
    static let bytesMax = 32 * 1_048_576
    /// Large events of receivers that hang may fill it all: the others go on meanwhile with so many rows a claim, most of
    /// which are small. They end at twice `bytesMax`, so that the most there can be is that and one such claim of each
    /// kind, 80 MiB.
    static let rowsMin = 8

    /// What was claimed out of one place.
    private struct Share {
        var bytes = 0
        /// Of one event. At first the largest that there is.
        var expected = 1_048_576

        /// Believes in larger events at once, in smaller ones after a few claims.
        mutating func claimed(_ sizes: some Collection<Int>) {
            guard !sizes.isEmpty else { return }
            let sum = sizes.reduce(0, +)
            bytes += sum
            expected = max(sum / sizes.count, expected / 8, 1)
        }
    }

    private var fast = Share()
    private var lanes = Share()

    var bytes: Int { fast.bytes + lanes.bytes }

    /// How many deliveries may be claimed out of the fast lane when `count` may be held besides.
    func room(_ count: Int) -> Int {
        Self.room(count, used: bytes, of: Self.bytesMax, expected: fast.expected)
    }

    /// The same out of lanes.
    func laneRoom(_ count: Int) -> Int {
        min(
            Self.room(count, used: bytes, of: Self.bytesMax, expected: lanes.expected),
            Self.room(count, used: lanes.bytes, of: Self.bytesMax / 2, expected: lanes.expected))
    }

    private static func room(_ count: Int, used: Int, of max: Int, expected: Int) -> Int {
        guard used < 2 * max else { return 0 }
        return Swift.min(count, Swift.max((max - used) / expected, rowsMin))
    }

    mutating func claimed(_ sizes: some Collection<Int>, fromLanes: Bool) {
        if fromLanes { lanes.claimed(sizes) } else { fast.claimed(sizes) }
    }

    mutating func forgotten(_ size: Int, fromLanes: Bool) {
        if fromLanes { lanes.bytes -= size } else { fast.bytes -= size }
    }
}
