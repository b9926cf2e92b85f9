import ArgumentParser
import Glibc

/// Runs the rows, prints the report, and keeps it.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Measures, prints a table, and keeps it below Benchmarks/results.")

    @Option(help: "Comma-separated rows: \(RunCommand.rows.map { $0.name }.joined(separator: ", ")).")
    var only: String?

    @Flag(help: "Everything much shorter: to see that it works, not to believe the numbers.")
    var quick = false

    @Option(help: "Where the report is kept; empty: nowhere.")
    var results = "Benchmarks/results"

    @Option(help: "Where the database goes: on a disk, or fsync is for nothing.")
    var directory = "/var/tmp"

    @Option(help: "What the report says was measured.")
    var commit: String?

    private static let rows: [any BenchmarkRow.Type] = [
        AcceptRow.self, PushRow.self, DrainRow.self, AggregationRow.self, ThroughRow.self, LatencyRow.self,
        IsolationRow.self, BacklogRow.self, MatchingRow.self, WatchRow.self, FanOutRow.self, TransactionRow.self,
        ScaleRow.self,
        MemoryRow.self, StatisticsRow.self, SanitizerRow.self, IdleRow.self,
    ]

    private var chosen: [any BenchmarkRow.Type] {
        get throws {
            guard let only else { return Self.rows }
            return try only.split(separator: ",").map { name in
                guard let row = Self.rows.first(where: { $0.name == name }) else {
                    throw ValidationError(
                        "\(name) is no row; there are \(Self.rows.map { $0.name }.joined(separator: ", "))")
                }
                return row
            }
        }
    }

    func validate() throws {
        _ = try chosen
    }

    func run() async throws {
        let date = MachineFacts.now
        let bench = try await Bench.start(
            programs: try .besideThisOne(), directory: try makeDirectory(), isQuick: quick)
        let report: Report
        do {
            report = try await measure(bench, date)
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
        StandardOutput.print(report.text(plot: nil))
        if !results.isEmpty { try keep(report) }
        guard report.isGood else { throw ExitCode.failure }
    }

    private func measure(_ bench: Bench, _ date: String) async throws -> Report {
        let facts = try await MachineFacts.gather(bench, commit: commit)
        var findings: [Finding] = []
        var failures: [String] = []
        for row in try chosen {
            let start = MonotonicClock.now
            defer { Progress.say("\(row.name) took \((MonotonicClock.now - start) / 1_000_000_000) s") }
            do {
                findings += try await row.init().run(bench)
            } catch {
                Progress.say("\(row.name) failed: \(error)")
                failures.append("\(row.name): \(error)")
            }
        }
        return Report(date: date, facts: facts, findings: findings, ledger: await bench.ledger, failures: failures)
    }

    /// The server's user must be able to pass through it.
    private func makeDirectory() throws -> String {
        let random = UInt64.random(in: 0...UInt64.max)
        let path = "\(directory)/martlet-bench-\(String(random, radix: 36))"
        guard mkdir(path, 0o755) == 0 else { throw HelperError.system(path) }
        return path
    }

    private func keep(_ report: Report) throws {
        let name = report.date.filter { $0 != ":" }
        mkdir(results, 0o755)
        if !report.scores.isEmpty {
            let plot = Plot(title: "Benchmark of \(report.date): figures against their aims", scores: report.scores)
            try write(plot.svg, to: "\(results)/\(name).svg")
        }
        try write(
            report.text(plot: report.scores.isEmpty ? nil : "\(name).svg"), to: "\(results)/\(name).md")
        Progress.say("kept in \(results)/\(name).md")
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw HelperError.system(path) }
        fputs(text, file)
        guard fclose(file) == 0 else { throw HelperError.system(path) }
    }
}
