import ArgumentParser
import GatewayRuntime
import JSONFilter
import WebhookStore

/// `martlet migrate`
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database to this release's schema.",
        discussion: """
            Running it again changes nothing; two at once do the work once. MARTLET_SENSITIVE_KEYWORDS is written into \
            the database, where the filter of HTTP and that of SQL find it.
            """)

    @OptionGroup var databaseFlags: DatabaseFlags

    @Option(
        help: "Comma-separated keywords that make a member sensitive, besides the six (MARTLET_SENSITIVE_KEYWORDS).")
    var sensitiveKeywords: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let keywordFlags = SensitiveKeywordFlags(text: sensitiveKeywords)
        let (database, keywords) = try CommandSettings.read([databaseFlags, keywordFlags]) { settings in
            let keywords = settings.value(.sensitiveKeywords, default: [], SettingText.list)
            return DatabaseConfiguration.readChecked(from: &settings).map { ($0, keywords) }
        }
        let report = try await DatabaseAccess.with(database) { client in
            let report = try await Migrator(client).run()
            if !keywords.isEmpty { _ = try await SensitiveKeywordStore(client).add(keywords) }
            return report
        }
        if json {
            StandardStreams.print(report.json)
        } else {
            StandardStreams.print(report.text)
        }
    }
}

/// A flag that `migrate` shares with the server that it prepares the database for.
private struct SensitiveKeywordFlags: SettingFlags {
    let text: String?

    var given: [Setting: String] { [.sensitiveKeywords: text].compactMapValues { $0 } }
}

extension Migrator.Report {
    fileprivate var text: String {
        guard !applied.isEmpty || replacedFunctions else { return "up to date: schema version \(version)" }
        let lines = applied.map { "applied \($0)" } + (replacedFunctions ? ["replaced functions and views"] : [])
        return (lines + ["done: schema version \(version)"]).joined(separator: "\n")
    }

    fileprivate var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("version")
        writer.integer(version)
        writer.name("applied")
        writer.beginArray()
        for name in applied { writer.string(name) }
        writer.endArray()
        writer.name("replaced_functions")
        writer.bool(replacedFunctions)
        writer.endObject()
        return writer.bytes
    }
}
