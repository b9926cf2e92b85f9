import Testing

@testable import martlet_bench

struct ScoreTests {
    @Test(arguments: [
        (aim: Aim.atLeast(0.6), figure: 0.6, isMet: true, attainment: 1.0),
        (aim: .atLeast(0.6), figure: 0.3, isMet: false, attainment: 0.5),
        (aim: .atLeast(0.6), figure: 0, isMet: false, attainment: 0),
        (aim: .atMost(2), figure: 2, isMet: true, attainment: 1),
        (aim: .atMost(2), figure: 4, isMet: false, attainment: 0.5),
        (aim: .atMost(2), figure: 0, isMet: true, attainment: .infinity),
    ])
    func `a figure that is just as good as its aim meets it`(
        aim: Aim, figure: Double, isMet: Bool, attainment: Double
    ) {
        let score = Score(what: "x", figure: figure, aim: aim)
        #expect(score.isMet == isMet)
        #expect(score.attainment == attainment)
    }

    @Test func `the ratio is the median of the rounds' own ratios`() {
        let finding = RatioFinding(
            what: "x", unit: "events/s",
            rounds: [
                RatioFinding.Round(measured: 50, reference: 100), RatioFinding.Round(measured: 8, reference: 10),
                RatioFinding.Round(measured: 900, reference: 1_000),
            ], aim: .atLeast(0.6))
        #expect(finding.ratio == 0.8)
        #expect(finding.scores.map(\.figure) == [0.8])
    }

    @Test(arguments: [
        (value: 0.125, digits: 2, text: "0.13"), (value: 1_234.56, digits: 1, text: "1,234.6"),
        (value: 999.96, digits: 1, text: "1,000.0"), (value: 1_999.96, digits: 1, text: "2,000.0"),
        (value: 6_000, digits: 0, text: "6,000"),
    ])
    func `numbers are grouped and rounded`(value: Double, digits: Int, text: String) {
        #expect(NumberText.grouped(value, digits) == text)
    }
}
