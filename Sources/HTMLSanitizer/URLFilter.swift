/// Takes schemes off an address until one is left that is allowed, or none.
///
/// A scheme is everything before the first colon, with references resolved, spaces and controls left out and letters in
/// lower case. There is none where a slash, a question mark or a number sign comes before the colon: such an address is
/// relative, and stays as it is.
enum URLFilter {
    /// An address that has had so many schemes taken off is empty.
    private static let roundsMax = 6
    /// `feed:` stands in front of another address, which is filtered too; of more than so many, nothing stays.
    private static let feedsMax = 2

    /// What stays of `value`, in which references are still as they were written: what to write first, and then the rest
    /// of it.
    static func filtered(
        _ value: UnsafeBufferPointer<UInt8>
    ) -> (prefix: [UInt8], rest: UnsafeBufferPointer<UInt8>) {
        var prefix: [UInt8] = []
        var rest = value
        var (removed, feeds) = (0, 0)
        while case .scheme(let scheme, let end) = URLStart(of: rest) {
            rest = ASCII.trimmed(UnsafeBufferPointer(rebasing: rest[end...]))
            guard let scheme else {
                removed += 1
                if removed == roundsMax { return ([], UnsafeBufferPointer(rebasing: rest[..<0])) }
                continue
            }
            prefix += URLSchemes.table[scheme]
            prefix.append(UInt8(ascii: ":"))
            guard scheme == URLSchemes.feed else { break }
            feeds += 1
            if feeds > feedsMax { return ([], UnsafeBufferPointer(rebasing: rest[..<0])) }
        }
        return (prefix, rest)
    }

    /// Whether `value` stays as it is.
    static func allows(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        let (prefix, rest) = filtered(value)
        return prefix.count + rest.count == value.count && prefix.elementsEqual(value.prefix(prefix.count))
    }
}
