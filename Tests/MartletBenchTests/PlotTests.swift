import Testing

@testable import martlet_bench

struct PlotTests {
    private static let scores = [
        Score(what: "drain <fast> & \"good\"", figure: 0.5, aim: .atLeast(1)),
        Score(what: "memory", figure: 1, aim: Aim(bound: .atMost, value: 100, unit: " MB", digits: 0)),
    ]

    @Test func `every figure is said in words, also to those who do not see the picture`() throws {
        let svg = Plot(title: "T", scores: Self.scores).svg
        let description = try #require(svg.firstMatch(of: /<desc id="description">([^<]*)<\/desc>/)).1
        for part in ["memory: 1 MB, aim ≤ 100 MB, met", "0.50, aim ≥ 1.00, missed"] {
            #expect(description.contains(part), "\(description)")
        }
        #expect(svg.contains(#"role="img" aria-labelledby="title description""#))
        #expect(svg.contains(">0.50, aim ≥ 1.00: missed</text>"))
    }

    @Test func `names cannot break the picture`() {
        let svg = Plot(title: "a < b", scores: Self.scores).svg
        #expect(svg.contains("drain &lt;fast&gt; &amp; \"good\""))
        #expect(svg.contains("a &lt; b"))
    }

    @Test func `a bar ends at the line when the aim is just met, and at the edge when it is far better`() throws {
        func width(_ figure: Double) throws -> Int {
            let svg = Plot(title: "T", scores: [Score(what: "x", figure: figure, aim: .atLeast(1))]).svg
            return try #require(
                svg.firstMatch(of: /<rect class="(?:met|missed)"[^>]*width="(\d+)"/).flatMap { Int($0.1) })
        }
        #expect(try width(1) * 2 == width(2))
        #expect(try width(50) == width(2))
        #expect(try width(0) == 1)
    }
}
