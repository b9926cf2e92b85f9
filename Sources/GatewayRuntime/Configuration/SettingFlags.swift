/// Flags of a command line that stand for settings.
///
/// They are read as text, and judged together with the environment: so one message holds every problem of both.
public protocol SettingFlags {
    /// The flags that were given.
    var given: [Setting: String] { get }
}
