/// Puts the time of an event into its data, as the last member of the object, and changes no other byte of its values.
///
/// The rule, which `martlet.render_entry` in SQL keeps too: the members are the texts between the braces and top-level
/// commas, whitespace included. A member that is called `timestamp` already, also where its name is written with
/// escapes, is left out; the others are joined by commas. Whitespace around the object and in front of its closing
/// brace goes. Data that is no object becomes `{"data":…,"timestamp":"…"}`, without whitespace around it.
///
/// The walk relies on the data being JSON, and stays within the bytes where it is not: PostgreSQL's `json` accepts
/// texts that a strict scanner refuses (lone surrogates, any depth), and no event may become undeliverable for that.
enum TimestampSplice {
    static func append(_ data: [UInt8], occurredAt: Timestamp, to body: inout [UInt8]) {
        body.append(UInt8(ascii: "{"))
        if !appendInside(of: data, to: &body) { appendMembers(of: data, to: &body) }
        body.append(contentsOf: "\"timestamp\":\"".utf8)
        occurredAt.appendRFC3339(to: &body, utc: .numericOffset)
        body.append(contentsOf: "\"}".utf8)
    }

    /// Appends the members in one piece and a comma, where it is certain that none has to go: nearly always, and for a
    /// quarter of what the walk costs. `false` says that nothing was appended.
    static func appendInside(of data: [UInt8], to body: inout [UInt8]) -> Bool {
        data.withUnsafeBufferPointer { bytes in
            guard let inside = inside(of: bytes), !TimestampNameSearch.mayFind(in: inside) else { return false }
            body.append(contentsOf: inside)
            body.append(UInt8(ascii: ","))
            return true
        }
    }

    /// Appends the members that stay and a comma behind each.
    static func appendMembers(of data: [UInt8], to body: inout [UInt8]) {
        if let object = ObjectOutline(of: data) {
            for member in object.members where !isTimestamp(data[member.name]) {
                body.append(contentsOf: data[member.segment])
                body.append(UInt8(ascii: ","))
            }
            dropWhitespaceBeforeLastComma(of: &body)
        } else {
            body.append(contentsOf: "\"data\":".utf8)
            let start = data.firstIndex { !$0.isJSONWhitespace } ?? data.endIndex
            body.append(contentsOf: data[start...])
            body.append(UInt8(ascii: ","))
            dropWhitespaceBeforeLastComma(of: &body)
        }
    }

    /// From behind the opening brace up to the last byte before the closing one that is no whitespace; `nil` when the
    /// text is no object, or one without members.
    private static func inside(of text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard let open = text.firstIndex(where: { !$0.isJSONWhitespace }), text[open] == UInt8(ascii: "{"),
            let close = text.lastIndex(where: { !$0.isJSONWhitespace }), text[close] == UInt8(ascii: "}")
        else { return nil }
        let inside = text[(open + 1)..<close]
        // What is JSON has a name here, or nothing.
        guard inside.first(where: { !$0.isJSONWhitespace }) == UInt8(ascii: "\""),
            let last = inside.lastIndex(where: { !$0.isJSONWhitespace })
        else { return nil }
        return UnsafeBufferPointer(rebasing: text[(open + 1)...last])
    }

    private static func dropWhitespaceBeforeLastComma(of body: inout [UInt8]) {
        guard body.last == UInt8(ascii: ",") else { return }
        while body[body.count - 2].isJSONWhitespace { body.remove(at: body.count - 2) }
    }

    /// Whether the text between the quotes of a name decodes to `timestamp`.
    private static func isTimestamp(_ name: ArraySlice<UInt8>) -> Bool {
        var rest = name
        for expected in "timestamp".utf8 {
            guard let byte = rest.popFirst() else { return false }
            if byte == expected { continue }
            // None of its letters has a short escape, which leaves `\u00XX`.
            guard byte == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u") else { return false }
            let digits = rest.prefix(4)
            guard digits.count == 4, digits.allSatisfy(\.isHexDigit), hexValue(digits) == Int(expected) else {
                return false
            }
            rest = rest.dropFirst(4)
        }
        return rest.isEmpty
    }

    private static func hexValue(_ digits: ArraySlice<UInt8>) -> Int {
        digits.reduce(0) { $0 << 4 | ($1.decimalDigit ?? Int($1 | 0x20) - 0x57) }
    }
}
