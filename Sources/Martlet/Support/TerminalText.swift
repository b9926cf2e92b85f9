/// Text of strangers, fit to be shown at a terminal: what would command the terminal is shown instead.
enum TerminalText {
    /// One line: control characters, line breaks included, become `\u{..}`.
    static func line(_ text: String) -> String {
        escaped(text) { $0.properties.generalCategory == .control }
    }

    /// Several lines: line breaks and tabs stay.
    static func lines(_ text: String) -> String {
        escaped(text) { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" }
    }

    private static func escaped(_ text: String, _ isEscaped: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isEscaped) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isEscaped(scalar) {
                shown += scalar.escaped(asASCII: true)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
