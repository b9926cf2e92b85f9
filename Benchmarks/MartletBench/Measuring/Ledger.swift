/// Every id that should have come out, against every id that did.
struct Ledger: Sendable {
    /// One comparison.
    struct Entry: Sendable {
        let what: String
        let expected: Int
        let lost: [Int64]
        let duplicates: [Int64]
        let invented: [Int64]

        var isClean: Bool { lost.isEmpty && duplicates.isEmpty && invented.isEmpty }
    }

    private(set) var entries: [Entry] = []

    var isClean: Bool { entries.allSatisfy(\.isClean) }

    /// - Parameter expected: ids that must be there exactly once.
    mutating func compare(_ what: String, expected: [Int64], found: [Int64]) {
        let wanted = Set(expected)
        var seen: Set<Int64> = []
        seen.reserveCapacity(found.count)
        var duplicates: [Int64] = []
        var invented: [Int64] = []
        for id in found {
            if !seen.insert(id).inserted {
                duplicates.append(id)
            } else if !wanted.contains(id) {
                invented.append(id)
            }
        }
        // An id that two events were promised is one of them lost.
        let promisedTwice = expected.count == wanted.count ? [] : Self.repeated(expected)
        entries.append(
            Entry(
                what: what, expected: expected.count, lost: wanted.subtracting(seen).sorted() + promisedTwice,
                duplicates: duplicates, invented: invented))
    }

    private static func repeated(_ ids: [Int64]) -> [Int64] {
        var seen: Set<Int64> = []
        return ids.filter { !seen.insert($0).inserted }
    }
}
