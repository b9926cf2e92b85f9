/// Finds the place of a name among fixed ones, by its bytes, in constant time.
struct NameTable: Sendable {
    /// All names, one behind the other.
    private let bytes: [UInt8]
    /// Where each name begins, and behind the last one where it ends.
    private let starts: [Int]
    /// The place of a name plus one, 0 where there is none; open addressing, less than half full.
    private let slots: [UInt16]
    private let longest: Int

    init(_ names: [String]) {
        var bytes: [UInt8] = []
        var starts = [0]
        for name in names {
            bytes += name.utf8
            starts.append(bytes.count)
        }
        var count = 4
        while count < names.count * 3 { count *= 2 }
        var slots = [UInt16](repeating: 0, count: count)
        for place in names.indices {
            var slot = Int(truncatingIfNeeded: Self.hash(bytes[starts[place]..<starts[place + 1]])) & (count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (count - 1) }
            slots[slot] = UInt16(place + 1)
        }
        self.bytes = bytes
        self.starts = starts
        self.slots = slots
        longest = names.reduce(0) { max($0, $1.utf8.count) }
    }

    /// The name at `place`.
    subscript(place: Int) -> ArraySlice<UInt8> { bytes[starts[place]..<starts[place + 1]] }

    /// - Parameter foldingCase: whether ASCII letters of `name` match those of the table, which are in lower case.
    func index(of name: UnsafeBufferPointer<UInt8>, foldingCase: Bool = false) -> Int? {
        guard !name.isEmpty, name.count <= longest else { return nil }
        let hash = foldingCase ? Self.hash(name.lazy.map(ASCII.lowercased)) : Self.hash(name)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let place = Int(slots[slot]) - 1
            if equals(place, name, foldingCase) { return place }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func equals(_ place: Int, _ name: UnsafeBufferPointer<UInt8>, _ foldingCase: Bool) -> Bool {
        let start = starts[place]
        guard starts[place + 1] - start == name.count else { return false }
        for index in name.indices {
            let byte = foldingCase ? ASCII.lowercased(name[index]) : name[index]
            if bytes[start + index] != byte { return false }
        }
        return true
    }

    /// FNV-1a, with its upper bits folded in: a table uses the lower ones.
    static func hash(_ name: some Sequence<UInt8>) -> UInt32 {
        let hash = name.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return hash ^ (hash >> 15)
    }
}
