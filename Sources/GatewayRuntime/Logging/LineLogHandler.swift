import Glibc
import Logging
import WebhookCore

/// Writes each message as one line, whole: lines of several threads do not mix.
struct LineLogHandler: LogHandler {
    let label: String
    let format: LogConfiguration.Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: takes a line with its line break; standard error unless a test wants it.
    init(
        label: String,
        format: LogConfiguration.Format,
        level: Logger.Level,
        metadataProvider: Logger.MetadataProvider? = nil,
        write: @escaping @Sendable ([UInt8]) -> Void = { StandardError.write($0) }
    ) {
        self.label = label
        self.format = format
        logLevel = level
        self.metadataProvider = metadataProvider
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// What the event says of itself beats what the logger says, which beats what surrounds both.
    func log(event: LogEvent) {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        let entry = LogEntry(
            time: .wallClock, level: event.level, label: label, message: event.message.description,
            error: event.error.map { "\($0)" }, metadata: all)
        switch format {
        case .json: write(entry.json)
        case .text: write(entry.text)
        }
    }
}

extension Timestamp {
    fileprivate static var wallClock: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microsecondsSinceUnixEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
