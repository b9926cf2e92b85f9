extension ArraySlice<UInt8> {
    /// Without spaces, tabs and line ends on either side.
    var trimmed: ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return []
        }
        return self[first...last]
    }

    /// Whether these bytes are `lowercased` but for the case of ASCII letters.
    func isSame(asLowercased lowercased: StaticString) -> Bool {
        lowercased.withUTF8Buffer { expected in
            elementsEqual(expected) { $0 == $1 || ((0x41...0x5a).contains($0) && $0 | 0x20 == $1) }
        }
    }
}
