/// What a figure should be.
struct Aim: Sendable {
    enum Bound: Sendable { case atLeast, atMost }

    let bound: Bound
    let value: Double
    /// Behind the figure; empty for a ratio.
    var unit = ""
    /// Behind the point.
    var digits = 2

    static func atLeast(_ value: Double) -> Aim { Aim(bound: .atLeast, value: value) }
    static func atMost(_ value: Double) -> Aim { Aim(bound: .atMost, value: value) }

    func text(of figure: Double) -> String { NumberText.grouped(figure, digits) + unit }

    var text: String { (bound == .atLeast ? "≥ " : "≤ ") + text(of: value) }
}

/// A figure held against its aim: a line of the first table, and a bar of the plot.
struct Score: Sendable {
    let what: String
    let figure: Double
    let aim: Aim

    var isMet: Bool { aim.bound == .atLeast ? figure >= aim.value : figure <= aim.value }

    /// 1: just met; 2: twice as good; 0.5: half as good.
    var attainment: Double {
        guard figure > 0 else { return aim.bound == .atLeast ? 0 : .infinity }
        return aim.bound == .atLeast ? figure / aim.value : aim.value / figure
    }

    var figureText: String { aim.text(of: figure) }
    var verdict: String { isMet ? "met" : "missed" }
}
