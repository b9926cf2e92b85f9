/// How much memory the events take that this worker holds, and how many more of them fit.
///
/// A claim says how many deliveries it wants, not how many bytes: so it is guessed from the last ones. Pure.
struct HeldBytes {
    /// For the data of events, which may be 1 MiB each. While they are claimed and sent they are there three times.
    static let bytesMax = 32 * 1_048_576

    private(set) var bytes = 0
    /// Of one event. At first the largest that there is.
    private var expected = 1_048_576

    /// How many deliveries may be claimed when `count` may be held besides.
    func room(_ count: Int) -> Int {
        min(count, max(0, Self.bytesMax - bytes) / expected)
    }

    /// Believes in larger events at once, in smaller ones after a few claims.
    mutating func claimed(_ sizes: some Collection<Int>) {
        guard !sizes.isEmpty else { return }
        let sum = sizes.reduce(0, +)
        bytes += sum
        expected = max(sum / sizes.count, expected / 8, 1)
    }

    mutating func forgotten(_ size: Int) {
        bytes -= size
    }
}
