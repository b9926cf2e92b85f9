/// The grammar of RFC 8259, once, for every reader of this module.
///
/// One pass, no recursion (the nesting is kept in bits), no allocation. Strict: one value with whitespace around it,
/// well-formed UTF-8, no byte order mark, at most `JSONLimits.depthMax` containers open at once.
enum JSONWalker {
    /// Walks over the document in `bytes[range]`, reporting to `visitor`. Offsets of errors count from the start of
    /// `bytes`, not of the range.
    @inline(__always)
    static func walk<V: JSONVisitor>(
        _ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>, visitor: inout V
    ) throws(JSONError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "range outside of the bytes")
        guard let base = bytes.baseAddress else { throw JSONError(offset: 0, reason: .unexpectedEnd) }
        let reader = JSONTokenReader(bytes: base, end: range.upperBound)
        let end = try valueEnd(from: range.lowerBound, reader: reader, visitor: &visitor)
        guard reader.afterWhitespace(from: end) == reader.end else {
            throw JSONError(offset: reader.afterWhitespace(from: end), reason: .unexpectedCharacter)
        }
    }

    /// Reads the value at `start`, whitespace before it included, and returns the index after its last byte.
    @inline(__always)
    private static func valueEnd<V: JSONVisitor>(
        from start: Int, reader: JSONTokenReader, visitor: inout V
    ) throws(JSONError) -> Int {
        var index = start
        var depth = 0
        // What is open at `depth`, and what is open around it.
        var inObject = false
        var isObject = NestingBits()

        nextValue: while true {
            if inObject {
                let separator = index - 1
                index = reader.afterWhitespace(from: index)
                guard try reader.byte(at: index) == UInt8(ascii: "\"") else {
                    throw JSONError(offset: index, reason: .unexpectedCharacter)
                }
                let name = try reader.string(from: index)
                visitor.name(name, separator: separator, depth: depth)
                index = reader.afterWhitespace(from: name.end)
                guard try reader.byte(at: index) == UInt8(ascii: ":") else {
                    throw JSONError(offset: index, reason: .unexpectedCharacter)
                }
                index += 1
            }
            index = reader.afterWhitespace(from: index)

            let first = try reader.byte(at: index)
            switch first {
            case UInt8(ascii: "\""):
                let token = try reader.string(from: index)
                visitor.string(token, depth: depth)
                index = token.end
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < JSONLimits.depthMax else { throw JSONError(offset: index, reason: .tooDeep) }
                let isBrace = first == UInt8(ascii: "{")
                visitor.beginContainer(isBrace ? .object : .array, at: index, depth: depth)
                isObject[depth] = inObject
                inObject = isBrace
                depth += 1
                index += 1
                let next = reader.afterWhitespace(from: index)
                // Both closing brackets are two above their opening one in ASCII.
                guard try reader.byte(at: next) == first + 2 else { continue nextValue }
                depth -= 1
                visitor.endContainer(at: next, depth: depth)
                inObject = isObject[depth]
                index = next + 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                let end = try reader.numberEnd(from: index)
                visitor.scalar(.number, range: index..<end, depth: depth)
                index = end
            case UInt8(ascii: "t"):
                let end = try reader.literalEnd("true", from: index)
                visitor.scalar(.bool, range: index..<end, depth: depth)
                index = end
            case UInt8(ascii: "f"):
                let end = try reader.literalEnd("false", from: index)
                visitor.scalar(.bool, range: index..<end, depth: depth)
                index = end
            case UInt8(ascii: "n"):
                let end = try reader.literalEnd("null", from: index)
                visitor.scalar(.null, range: index..<end, depth: depth)
                index = end
            default:
                throw JSONError(offset: index, reason: .unexpectedCharacter)
            }

            // After a value: close what ends here, until a comma asks for the next value.
            while depth > 0 {
                index = reader.afterWhitespace(from: index)
                let byte = try reader.byte(at: index)
                if byte == UInt8(ascii: ",") {
                    visitor.separator(at: index, isComma: true, depth: depth)
                    index += 1
                    continue nextValue
                }
                guard byte == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw JSONError(offset: index, reason: .unexpectedCharacter)
                }
                visitor.separator(at: index, isComma: false, depth: depth)
                depth -= 1
                visitor.endContainer(at: index, depth: depth)
                inObject = isObject[depth]
                index += 1
            }
            return index
        }
    }
}
