/// One line of the report.
enum Finding: Sendable {
    case ratio(RatioFinding)
    case latency(LatencyFinding)
    case cost(CostFinding)
    case quantity(QuantityFinding)
    /// Something that belongs below the tables.
    case note(String)

    /// The figures of it that have an aim.
    var scores: [Score] {
        switch self {
        case .ratio(let ratio): ratio.scores
        case .latency(let latency): latency.scores
        case .cost(let cost): cost.scores
        case .quantity(let quantity): quantity.scores
        case .note: []
        }
    }
}
