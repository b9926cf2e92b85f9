/// Settings in the form in which they could be given.
enum SettingsSummary {
    /// `MARTLET_LISTEN=127.0.0.1:8080 …`, one after the other.
    static func text(_ settings: [(Setting, String)]) -> String {
        settings.map { "\($0.variable)=\(isPlain($1) ? $1 : "\"\($1)\"")" }.joined(separator: " ")
    }

    static func list(_ values: [some CustomStringConvertible]) -> String {
        values.map(\.description).joined(separator: ",")
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.contains { $0.isWhitespace || $0 == "\"" }
    }
}
