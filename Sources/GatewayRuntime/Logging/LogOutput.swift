import Logging

/// Sends the logs of this process to standard error.
public enum LogOutput {
    /// Call it once, before the first logger is made.
    public static func bootstrap(_ configuration: LogConfiguration) {
        LoggingSystem.bootstrap(
            { label, provider in
                LineLogHandler(
                    label: label, format: configuration.format, level: configuration.level, metadataProvider: provider)
            },
            metadataProvider: nil)
    }
}
