internal import Configuration
import Glibc

/// Reads settings, the flag before the environment, and gathers every problem instead of stopping at the first.
///
/// Read everything first, then call ``finish()``, then use what was read.
public struct SettingsReader {
    private let reader: ConfigReader
    private var problems: [String] = []

    /// - Parameter environment: the variables by name.
    public init(flags: [any SettingFlags], environment: [String: String] = currentEnvironment) {
        var given: [AbsoluteConfigKey: ConfigValue] = [:]
        for (setting, text) in flags.flatMap({ Array($0.given) }) {
            given[AbsoluteConfigKey(setting.key)] = ConfigValue(.string(text), isSecret: false)
        }
        reader = ConfigReader(providers: [
            InMemoryProvider(name: "flags", values: given),
            EnvironmentVariablesProvider(environmentVariables: environment, secretsSpecifier: .all),
        ])
    }

    /// The variables of this process.
    public static var currentEnvironment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }

    /// A setting with a default.
    public mutating func value<Value>(
        _ setting: Setting, default fallback: Value, _ parse: (String) throws(SettingError) -> Value
    ) -> Value {
        optional(setting, parse) ?? fallback
    }

    /// A setting that may be missing; `nil` also when it is wrong, which ``finish()`` reports.
    public mutating func optional<Value>(
        _ setting: Setting, _ parse: (String) throws(SettingError) -> Value
    ) -> Value? {
        guard let text = text(of: setting) else { return nil }
        do throws(SettingError) {
            return try parse(text)
        } catch {
            problems.append("\(setting.variable) \(error.rule)")
            return nil
        }
    }

    /// A setting that must be there; `nil` when it is not, or is wrong, which ``finish()`` reports.
    ///
    /// - Parameter hint: how to come by a value.
    public mutating func required<Value>(
        _ setting: Setting, hint: String, _ parse: (String) throws(SettingError) -> Value
    ) -> Value? {
        guard text(of: setting) != nil else {
            problems.append("\(setting.variable) is missing: \(hint)")
            return nil
        }
        return optional(setting, parse)
    }

    /// - Throws: ``ConfigurationError`` with every problem met, if there was one.
    public func finish() throws(ConfigurationError) {
        guard problems.isEmpty else { throw failure }
    }

    /// All problems so far.
    public var failure: ConfigurationError { ConfigurationError(problems: problems) }

    private func text(of setting: Setting) -> String? {
        guard let text = reader.string(forKey: setting.key, isSecret: true) else { return nil }
        return text.isEmpty && !setting.emptyHasMeaning ? nil : text
    }
}

/// Why the text of a setting is refused: the rest of a sentence that begins with the setting's name.
public struct SettingError: Error, Equatable {
    public let rule: String

    public init(_ rule: String) {
        self.rule = rule
    }
}

extension Setting {
    /// `MARTLET_LOG_LEVEL` as the configuration library spells it: `martlet.log.level`.
    fileprivate var key: ConfigKey {
        ConfigKey(variable.lowercased().split(separator: "_").map(String.init))
    }
}
