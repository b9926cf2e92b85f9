public import Logging

/// What is logged, and how it looks.
public struct LogConfiguration: Sendable, Equatable {
    /// The look of a line.
    public enum Format: String, Sendable, CaseIterable {
        /// One JSON object a line, for programs.
        case json
        /// For people.
        case text
    }

    public let level: Logger.Level
    public let format: Format

    public init(level: Logger.Level = .info, format: Format = .json) {
        self.level = level
        self.format = format
    }

    /// Reads `MARTLET_LOG_LEVEL` and `MARTLET_LOG_FORMAT`.
    public static func read(from settings: inout SettingsReader) -> LogConfiguration {
        LogConfiguration(
            level: settings.value(.logLevel, default: .info, oneOf(Logger.Level.allCases)),
            format: settings.value(.logFormat, default: .json, oneOf(Format.allCases)))
    }

    private static func oneOf<Choice: RawRepresentable<String>>(
        _ choices: [Choice]
    ) -> (String) throws(SettingError) -> Choice {
        { text throws(SettingError) in
            guard let choice = Choice(rawValue: text.lowercased()) else {
                let names = choices.map(\.rawValue).joined(separator: ", ")
                throw SettingError("must be one of \(names), not \"\(text)\"")
            }
            return choice
        }
    }
}
