import GatewayRuntime
import JSONFilter
import Logging

/// Shows what the servers log, on standard error.
struct ChildLog: Sendable {
    /// Lines below it are kept to ourselves.
    let level: Logger.Level
    let format: LogConfiguration.Format

    init(_ settings: DevSettings) {
        level = settings.logLevel ?? .warning
        format = settings.logFormat
    }

    /// What the servers are told to log: all that is shown, and at least the line that says that they are ready.
    var levelOfServers: Logger.Level { min(level, .info) }

    func show(_ line: ChildLogLine, of program: String) {
        guard line.level ?? .critical >= level else { return }
        switch format {
        case .json: StandardStreams.printError(line.raw)
        case .text: StandardStreams.printError(TerminalText.line("\(program): \(line.text)"))
        }
    }
}

/// One line that a server wrote: mostly a log entry in JSON.
struct ChildLogLine: Sendable {
    let raw: String
    /// `nil`: the line is no log entry.
    let level: Logger.Level?
    let message: String
    /// For people.
    let text: String

    /// Members of an entry that say nothing beside the name of the program.
    private static let known: Set<String> = ["time", "level", "logger", "message"]

    init(_ raw: String) {
        self.raw = raw
        guard let entry = try? JSONValue(parsing: Array(raw.utf8)), let members = entry.objectValue,
            let level = entry.member(named: "level")?.stringValue.flatMap(Logger.Level.init(rawValue:)),
            let message = entry.member(named: "message")?.stringValue
        else {
            (level, message, text) = (nil, raw, raw)
            return
        }
        self.level = level
        self.message = message
        let rest = members.filter { !Self.known.contains($0.name) }.map { member in
            var writer = JSONWriter()
            writer.value(member.value)
            return " \(member.name)=\(member.value.stringValue ?? String(decoding: writer.bytes, as: UTF8.self))"
        }
        text = "\(level.rawValue): \(message)\(rest.joined())"
    }
}
