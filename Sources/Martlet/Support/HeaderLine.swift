import ArgumentParser
import WebhookCore

/// A header as it is written on the command line: `Name: value`.
enum HeaderLine {
    static func parse(_ line: String) throws -> HeaderField {
        guard let colon = line.firstIndex(of: ":") else {
            throw UsageError("a header is written 'Name: value', not '\(line.prefix(80))'")
        }
        return HeaderField(trimmed(line[..<colon]), trimmed(line[line.index(after: colon)...]))
    }

    /// Blanks around a value are not part of it (RFC 9110 §5.5).
    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" || $0.isNewline }.reversed())
    }
}
