/// Numbers about numbers.
enum Statistics {
    /// Of an even count the mean of the two in the middle; 0 of none.
    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The smallest value that at least `fraction` of all do not exceed (nearest rank); 0 of none.
    static func percentile(_ fraction: Double, ofSorted values: [Int64]) -> Int64 {
        guard !values.isEmpty else { return 0 }
        let rank = Int((fraction * Double(values.count)).rounded(.up))
        return values[min(values.count, max(1, rank)) - 1]
    }
}

/// Latencies in nanoseconds.
struct LatencySample: Sendable {
    private var values: [Int64] = []

    mutating func append(_ latencies: [Int64]) {
        values += latencies
        values.sort()
    }

    var count: Int { values.count }

    func percentile(_ fraction: Double) -> Int64 { Statistics.percentile(fraction, ofSorted: values) }
}
