/// Finds names that occur more than once in an object.
enum DuplicateNames {
    /// The first of `names` that has occurred before; compared as bytes.
    static func first(in names: some Sequence<String>) -> String? {
        var seen: Set<[UInt8]> = []
        return names.first { !seen.insert(Array($0.utf8)).inserted }
    }
}
