internal import HTMLSanitizer
internal import JSONFilter

/// The title of a table as somebody sends it.
enum TableTitle {
    /// The text without its tags and without whitespace around it.
    ///
    /// - Throws: a `ValidationError`.
    static func read(_ member: JSONObjectScanner.Member, of bytes: [UInt8]) throws -> String {
        guard member.kind == .string else { throw ValidationError.malformed(member.name, "must be a string") }
        let title = trimmed(HTMLSanitizer.text(try JSONString.decode(bytes, in: member.range)))
        guard !title.isEmpty else { throw ValidationError.malformed(member.name, "has no text beside its tags") }
        guard title.count <= TableLimits.titleCharactersMax else {
            throw ValidationError.outOfRange(
                member.name, "has \(title.count) characters, the limit is \(TableLimits.titleCharactersMax)")
        }
        guard title.utf8.count <= TableLimits.titleBytesMax else {
            throw ValidationError.outOfRange(
                member.name, "has \(title.utf8.count) bytes, the limit is \(TableLimits.titleBytesMax)")
        }
        return title
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
