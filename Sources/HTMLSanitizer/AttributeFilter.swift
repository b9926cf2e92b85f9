/// Writes the attributes that may stay on an element, each value in double quotes.
enum AttributeFilter {
    /// Of attributes with the same name the first one counts, also where it is dropped.
    static func append(
        _ attributes: [WrittenAttribute], of element: Element, in input: UnsafeBufferPointer<UInt8>,
        to output: inout [UInt8]
    ) {
        var seen = SeenNames()
        for attribute in attributes {
            let name = UnsafeBufferPointer(rebasing: input[attribute.name])
            guard let rule = AttributeRule(name: name, element: element), seen.insert(name) else { continue }
            let value = attribute.value.map { UnsafeBufferPointer(rebasing: input[$0]) }
            append(name, value, rule, to: &output)
        }
    }

    private static func append(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>?, _ rule: AttributeRule,
        to output: inout [UInt8]
    ) {
        switch (rule, value) {
        case (.style, nil), (.valueless, .some): break
        case (_, nil): appendName(name, to: &output)
        case (.text, let value?):
            appendValue(name, to: &output) { EscapedText.append(value, quotes: true, to: &$0) }
        case (.address, let value?):
            let (prefix, rest) = URLFilter.filtered(value)
            appendValue(name, to: &output) {
                $0.append(contentsOf: prefix)
                EscapedText.append(rest, quotes: true, to: &$0)
            }
        case (.style, let value?):
            let style = StyleFilter.filtered(value)
            guard !style.isEmpty else { break }
            appendValue(name, to: &output) { EscapedText.appendLiteral(style, to: &$0) }
        }
    }

    private static func appendName(_ name: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: " "))
        output.append(contentsOf: name.lazy.map(ASCII.lowercased))
    }

    private static func appendValue(
        _ name: UnsafeBufferPointer<UInt8>, to output: inout [UInt8], _ write: (inout [UInt8]) -> Void
    ) {
        appendName(name, to: &output)
        output.append("=\"")
        write(&output)
        output.append(UInt8(ascii: "\""))
    }
}

/// The names of one tag, in either case. There are at most `Tokenizer.attributesMax`.
private struct SeenNames {
    private var names: [(hash: UInt32, name: UnsafeBufferPointer<UInt8>)] = []

    /// Whether `name` is new.
    mutating func insert(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let hash = NameTable.hash(name.lazy.map(ASCII.lowercased))
        for seen in names where seen.hash == hash && seen.name.count == name.count {
            if seen.name.lazy.map(ASCII.lowercased).elementsEqual(name.lazy.map(ASCII.lowercased)) { return false }
        }
        names.append((hash, name))
        return true
    }
}
