import HTMLSanitizer

/// How many megabytes a second the filter for HTML takes: cells as tables have them, cells with markup, and hostile ones.
struct SanitizerRow: BenchmarkRow {
    static let name = "sanitizer"

    private static let rounds = 5
    private static let plain = "Green tea, 250 g: harvested in spring, 19.90 a packet"
    private static let markup =
        #"<p class="note">Ships <b>today</b> from <a href="https://example.com/?a=1&amp;b=2">Oslo</a></p>"#
    private static let hostile =
        #"</td><img src=x onerror=alert(1)><a href="java&#x73;cript:x" style="width:expression(1)">"#

    /// What is filtered: what it is called, and its cells, over and over.
    private static let mixtures = [
        (what: "plain text", cells: [plain]), (what: "markup", cells: [markup]), (what: "hostile", cells: [hostile]),
        (what: "a typical mix", cells: [plain, plain, plain, plain, plain, plain, plain, markup, markup, hostile]),
    ]

    func setUp(_ bench: Bench) async throws {}

    func tearDown(_ stage: Void) async {}

    func measure(_ stage: Void, _ bench: Bench) async throws -> [Finding] {
        Progress.say("sanitizer")
        let nanoseconds: Int64 = bench.isQuick ? 20_000_000 : 300_000_000
        return Self.mixtures.map { mixture in
            let rates = (0..<Self.rounds).map { _ in Self.rate(mixture.cells, for: nanoseconds) }
            return .quantity(
                QuantityFinding(
                    what: "sanitizer, cells of \(mixture.what)", figure: Statistics.median(rates), unit: "MB/s",
                    digits: 0))
        }
    }

    /// Megabytes a second.
    private static func rate(_ cells: [String], for nanoseconds: Int64) -> Double {
        let start = MonotonicClock.now
        let bytes = cells.reduce(0) { $0 + $1.utf8.count }
        var (done, kept, elapsed) = (0, 0, Int64(0))
        while elapsed < nanoseconds {
            for _ in 0..<100 {
                for cell in cells { kept &+= HTMLSanitizer.sanitize(cell).utf8.count }
            }
            done += 100 * bytes
            elapsed = Int64(MonotonicClock.now - start)
        }
        precondition(kept > 0)
        return Double(done) * 1e3 / Double(elapsed)
    }
}
