/// The defaults that more than one place needs.
public enum Defaults {
    public static let listen = ListenAddress(host: "127.0.0.1", port: 8080)
    public static let workerListen = ListenAddress(host: "127.0.0.1", port: 9090)
    public static let userAgent = "Martlet/\(Version.current) Webhook"
    public static let shutdownGrace = Duration.seconds(15)

    /// Reads `MARTLET_SHUTDOWN_GRACE`.
    public static func shutdownGrace(from settings: inout SettingsReader) -> Duration {
        settings.value(
            .shutdownGrace, default: shutdownGrace, SettingText.duration(in: .zero ... .seconds(600)))
    }
}
