/// Something measured against something else of the same run, in rounds.
struct RatioFinding: Sendable {
    struct Round: Sendable {
        let measured: Double
        /// The ceiling, or what it is without the thing that is measured.
        let reference: Double

        var ratio: Double { reference > 0 ? measured / reference : 0 }
    }

    let what: String
    let unit: String
    let rounds: [Round]
    /// Of the ratio.
    var aim: Aim?
    /// Of what was measured.
    var measuredAim: Aim?
    /// Of the last round: who used the processors.
    var shares: [(what: String, shares: ProcessorShares)] = []

    var measured: Double { Statistics.median(rounds.map(\.measured)) }
    var reference: Double { Statistics.median(rounds.map(\.reference)) }
    /// The median of the rounds' own ratios: what disturbs both halves of a round cancels out.
    var ratio: Double { Statistics.median(rounds.map(\.ratio)) }

    var scores: [Score] {
        [
            aim.map { Score(what: what, figure: ratio, aim: $0) },
            measuredAim.map { Score(what: what, figure: measured, aim: $0) },
        ].compactMap(\.self)
    }
}
