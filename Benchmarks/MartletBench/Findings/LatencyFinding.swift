/// Latencies at one rate, beside those of the floor at the same rate.
struct LatencyFinding: Sendable {
    let rate: Int
    /// From the answer of `ingest-server` to the receiver.
    let fromAnswer: LatencySample
    /// From the client's first byte to the receiver.
    let fromRequest: LatencySample
    let floor: LatencySample

    static func ratio(_ sample: LatencySample, to floor: LatencySample, _ fraction: Double) -> Double {
        Double(sample.percentile(fraction)) / Double(max(1, floor.percentile(fraction)))
    }

    var scores: [Score] {
        [(text: "p50", fraction: 0.5, aim: Aim.atMost(2)), (text: "p99", fraction: 0.99, aim: .atMost(3))].map {
            Score(
                what: "latency, \(rate) events/s, \($0.text) accepted → received ÷ floor",
                figure: Self.ratio(fromAnswer, to: floor, $0.fraction), aim: $0.aim)
        }
    }
}
