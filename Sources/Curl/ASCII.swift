extension Sequence<UInt8> {
    /// Whether these bytes are `lowercased` but for the case of ASCII letters.
    func isSame(asLowercased lowercased: StaticString) -> Bool {
        lowercased.withUTF8Buffer { expected in
            elementsEqual(expected) { $0 == $1 || ((0x41...0x5a).contains($0) && $0 | 0x20 == $1) }
        }
    }
}
