/// What a run has found, as Markdown.
struct Report: Sendable {
    let date: String
    let facts: MachineFacts
    let findings: [Finding]
    let ledger: Ledger
    /// Rows that came to no end, and why.
    let failures: [String]

    /// The figures that have an aim.
    var scores: [Score] { findings.flatMap(\.scores) }

    /// Whether everything was measured, and every id is where it should be.
    var isGood: Bool { ledger.isClean && failures.isEmpty }

    /// How many ids of a kind are named.
    private static let namedMax = 20

    /// As Markdown.
    ///
    /// - Parameter plot: the file beside it that holds the picture; `nil`: there is none.
    func text(plot: String?) -> String {
        var parts = ["# Benchmark of \(date)", facts.lines.map { "- \($0)" }.joined(separator: "\n")]
        if !scores.isEmpty {
            parts.append("## Aims")
            if let plot { parts.append("![Each figure against its aim](\(plot))") }
            parts.append(scoreTable)
        }
        if !ratios.isEmpty {
            parts.append("## Ratios\n\n" + ratioTable)
            parts.append("Processors in the last round, in percent of one:\n\n" + shareLines)
        }
        if !latencies.isEmpty { parts.append("## Latency, in milliseconds\n\n" + latencyTable) }
        if !costs.isEmpty { parts.append("## Cost\n\n" + costTable) }
        if !quantities.isEmpty { parts.append("## Other figures\n\n" + quantityTable) }
        let notes = findings.compactMap { finding in
            if case .note(let text) = finding { "- \(text)" } else { nil }
        }
        if !notes.isEmpty { parts.append(notes.joined(separator: "\n")) }
        if !failures.isEmpty { parts.append("## Failures\n\n" + failures.map { "- \($0)" }.joined(separator: "\n")) }
        parts.append("## Ledger\n\n" + ledgerText)
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var ratios: [RatioFinding] {
        findings.compactMap { finding in if case .ratio(let ratio) = finding { ratio } else { nil } }
    }

    private var latencies: [LatencyFinding] {
        findings.compactMap { finding in if case .latency(let latency) = finding { latency } else { nil } }
    }

    private var costs: [CostFinding] {
        findings.compactMap { finding in if case .cost(let cost) = finding { cost } else { nil } }
    }

    private var quantities: [QuantityFinding] {
        findings.compactMap { finding in if case .quantity(let quantity) = finding { quantity } else { nil } }
    }

    private var scoreTable: String {
        var table = MarkdownTable(header: ["", "figure", "aim", "met"])
        table.rows = scores.map { [$0.what, $0.figureText, $0.aim.text, $0.isMet ? "yes" : "**no**"] }
        return table.text
    }

    private var quantityTable: String {
        var table = MarkdownTable(header: ["", "figure", "unit"])
        table.rows = quantities.map { [$0.what, NumberText.grouped($0.figure, $0.digits), $0.unit] }
        return table.text
    }

    private var ratioTable: String {
        var table = MarkdownTable(header: ["", "measured", "against", "unit", "ratio", "of the rounds"])
        table.rows = ratios.map { ratio in
            [
                ratio.what, NumberText.significant(ratio.measured), NumberText.significant(ratio.reference), ratio.unit,
                NumberText.fixed(ratio.ratio, 2),
                ratio.rounds.map { NumberText.fixed($0.ratio, 2) }.joined(separator: " "),
            ]
        }
        return table.text
    }

    private var shareLines: String {
        ratios.flatMap { ratio in
            ratio.shares.map { "- \(ratio.what), \($0.what): \($0.shares.description)" }
        }.joined(separator: "\n")
    }

    private var latencyTable: String {
        var table = MarkdownTable(header: ["", "events", "p50", "p95", "p99", "p50 ÷ floor", "p99 ÷ floor"])
        for latency in latencies {
            let floor = latency.floor
            let samples = [
                ("accepted → received", latency.fromAnswer), ("sent → received", latency.fromRequest),
                ("floor", floor),
            ]
            for (what, sample) in samples {
                func ratio(_ fraction: Double) -> String {
                    NumberText.fixed(LatencyFinding.ratio(sample, to: floor, fraction), 2)
                }
                table.rows.append(
                    ["\(latency.rate) events/s, \(what)", "\(sample.count)"]
                        + [0.5, 0.95, 0.99].map { NumberText.milliseconds(sample.percentile($0)) }
                        + [ratio(0.5), ratio(0.99)])
            }
        }
        return table.text
    }

    private var costTable: String {
        var table = MarkdownTable(
            header: [
                "per delivered event (idle: per second)", "statements", "WAL bytes", "ingest CPU µs", "worker CPU µs",
                "both", "postgres CPU µs", "ingest RSS MB", "worker RSS MB",
            ])
        table.rows = costs.map { cost in
            func microseconds(_ time: Int64?) -> String {
                time.map { NumberText.fixed(Double($0) / cost.divisor / 1_000, 1) } ?? "–"
            }
            return [
                cost.what, cost.usage.map { NumberText.fixed(Double($0.statements) / cost.divisor, 3) } ?? "–",
                cost.usage.map { NumberText.whole(Double($0.logBytes) / cost.divisor) } ?? "–",
                microseconds(cost.ingestTime), microseconds(cost.workerTime), microseconds(cost.programTime),
                microseconds(cost.postgresTime), cost.ingestResident.map(NumberText.megabytes) ?? "–",
                cost.workerResident.map(NumberText.megabytes) ?? "–",
            ]
        }
        return table.text
    }

    private var ledgerText: String {
        let ids = ledger.entries.reduce(0) { $0 + $1.expected }
        func count(_ kind: KeyPath<Ledger.Entry, [Int64]>) -> Int {
            ledger.entries.reduce(0) { $0 + $1[keyPath: kind].count }
        }
        let total =
            "\(ledger.entries.count) comparisons of \(NumberText.whole(Double(ids))) ids: lost \(count(\.lost)), "
            + "duplicates \(count(\.duplicates)), invented \(count(\.invented))"
        let faults = ledger.entries.filter { !$0.isClean }.map { entry in
            func named(_ what: String, _ ids: [Int64]) -> String {
                guard !ids.isEmpty else { return "" }
                let more = ids.count > Self.namedMax ? " …" : ""
                return "; \(what) \(ids.count): "
                    + ids.prefix(Self.namedMax).map(String.init).joined(separator: " ") + more
            }
            return "- \(entry.what)" + named("lost", entry.lost) + named("duplicates", entry.duplicates)
                + named("invented", entry.invented)
        }
        return ([total] + faults).joined(separator: "\n")
    }
}
