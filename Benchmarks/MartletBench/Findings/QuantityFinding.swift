/// A figure that stands for itself.
struct QuantityFinding: Sendable {
    let what: String
    let figure: Double
    let unit: String
    /// Behind the point.
    var digits = 1
    /// `nil`: it is only told. In the same unit.
    var atMost: Double?

    var scores: [Score] {
        atMost.map {
            [Score(what: what, figure: figure, aim: Aim(bound: .atMost, value: $0, unit: " \(unit)", digits: digits))]
        } ?? []
    }
}
