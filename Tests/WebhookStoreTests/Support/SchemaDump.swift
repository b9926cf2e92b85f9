import PrivatePostgres
import TestSupport

/// The schema of a database as `pg_dump` writes it, without what differs between servers and days.
enum SchemaDump {
    static func text(of url: String) async throws -> String {
        let binaries = try await PostgresBinaries.find()
        let command = SupervisedCommand(
            executable: binaries.path("pg_dump"),
            arguments: [
                "--schema-only", "--schema=martlet", "--no-owner",
                // Partitions are named after days.
                "--exclude-table=martlet.events_2*", "--exclude-table=martlet.attempts_2*", url,
            ],
            environment: ["LC_ALL": "C"])
        return try await withChildProcess(named: "pg_dump", command) { dump in
            let exit = try await dump.waitForExit()
            guard exit == .exited(0) else { throw SchemaDumpError(output: dump.output.map(\.text)) }
            return normalized(dump.output.map(\.text))
        }
    }

    /// `sql/schema.sql`, to compare with.
    static func file() throws -> String {
        try normalized(
            Repository.text("sql/schema.sql").split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

    /// Without comments, settings and commands of psql, which name versions; one empty line where there were several.
    private static func normalized(_ lines: [String]) -> String {
        var kept: [String] = []
        for line in lines {
            let isNoise = ["--", "SET ", "SELECT pg_catalog.set_config", "\\"].contains { line.hasPrefix($0) }
            if isNoise || (line.isEmpty && kept.last ?? "" == "") { continue }
            kept.append(line)
        }
        while kept.last == "" { kept.removeLast() }
        return kept.joined(separator: "\n") + "\n"
    }
}

/// `pg_dump` failed.
struct SchemaDumpError: Error {
    let output: [String]
}
