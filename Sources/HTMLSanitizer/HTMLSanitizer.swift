/// Makes HTML from anywhere safe to put into a page: into a table cell, or any other place where flow content may stand.
///
/// What stays is an allowlist: the elements, attributes, schemes, declarations and character references that WordPress lets
/// an author write (`wp_kses_post`, release 7.1), less `object`, `math`, `textarea` and `title`. Tags of everything else go,
/// and the text between them stays as text, that of scripts and styles too.
///
/// What comes out is UTF-8 and balanced: a parser builds from it the very tree that its tags spell, but for text directly in a
/// table, which it moves in front of that. So it cannot end the cell it is put into, nor change how what comes after it is
/// read. Doing it again changes nothing. The time it takes grows
/// with the length of the input and with nothing else.
///
/// Where several readings of WordPress's rules exist, or they are more than safety asks for:
///
/// - Input is cut into tags as an HTML parser does it, not by WordPress's expressions. Element and attribute names come out
///   in lower case.
/// - Parts of tables stay where a table is open, and directly in a table nothing but its parts. `table`, `p`, `li` and others
///   whose end tags may be left out are closed where a parser would close them.
/// - MathML elements go with `math`: outside of it they mean nothing.
/// - `OpenElements.depthMax` elements may be open at once, and a tag has `Tokenizer.attributesMax` attributes: more are
///   dropped.
/// - Comments hold text only. What a parser takes for a comment though it is none, such as `</ x>`, becomes one.
/// - An address is relative, and has no scheme, when `/`, `?` or `#` comes before its first colon.
/// - References in a `style` attribute are resolved before it is judged. Functions may only be called inside of allowed ones
///   when they are allowed themselves, or `rgb` or `rgba`.
public enum HTMLSanitizer {
    /// `html` with what may stay of it.
    public static func sanitize(_ html: String) -> String {
        guard html.utf8.contains(where: isSpecial) else { return html }
        return CleanInput.with(html) { String(decoding: Sanitizing.result(of: $0), as: UTF8.self) }
    }

    /// `utf8` with what may stay of it. Bytes that are no UTF-8 become U+FFFD REPLACEMENT CHARACTER.
    public static func sanitize(_ utf8: [UInt8]) -> [UInt8] {
        CleanInput.with(utf8) { Sanitizing.result(of: $0) }
    }

    /// The text of `html`, for where no markup is wanted: a title, say.
    ///
    /// Tags and comments go. A `<` that is left becomes `&lt;`; all else stays as it is, references too. So the result is no
    /// markup wherever it is put, but `&` and quotes in it are not escaped for HTML. Doing it again changes nothing.
    public static func text(_ html: String) -> String {
        guard html.utf8.contains(where: isSpecial) else { return html }
        return CleanInput.with(html) { input in
            var output: [UInt8] = []
            TextExtraction.append(of: input, to: &output) { text, output in
                for byte in text {
                    if byte == UInt8(ascii: "<") { output.append("&lt;") } else { output.append(byte) }
                }
            }
            return String(decoding: output, as: UTF8.self)
        }
    }

    /// Text without such a byte is left alone.
    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): true
        default: ASCII.isControl(byte)
        }
    }
}
