/// Writes tags.
enum Tag {
    /// A start tag without attributes.
    static func appendStart(_ element: Element, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "<"))
        output.append(contentsOf: element.name)
        output.append(UInt8(ascii: ">"))
    }

    static func appendEnd(_ element: Element, to output: inout [UInt8]) {
        output.append("</")
        output.append(contentsOf: element.name)
        output.append(UInt8(ascii: ">"))
    }

    /// A start tag with those of the attributes that stay. A void element keeps the slash it was written with.
    static func appendStart(
        _ element: Element, _ attributes: [WrittenAttribute], of input: UnsafeBufferPointer<UInt8>,
        endsWithSlash: Bool, to output: inout [UInt8]
    ) {
        output.append(UInt8(ascii: "<"))
        output.append(contentsOf: element.name)
        if !attributes.isEmpty { AttributeFilter.append(attributes, of: element, in: input, to: &output) }
        if endsWithSlash, element.isVoid { output.append(" /") }
        output.append(UInt8(ascii: ">"))
    }
}
