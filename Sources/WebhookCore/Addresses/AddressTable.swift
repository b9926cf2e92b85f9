/// The special-purpose addresses, parsed once and laid out for looking up.
///
/// A look-up compares the address with every range of its family: some 30 comparisons of numbers in one array.
struct AddressTable: Sendable {
    static let shared = AddressTable()

    private struct Range<Address: FixedWidthInteger & Sendable>: Sendable {
        let base: Address
        /// How many bits of an address do not count.
        let shift: Address
        /// Where the range comes from, an index into `SpecialPurposeAddresses.all`: the texts stay out of the scan.
        let row: Int
    }

    private let ipv4: [Range<UInt32>]
    private let ipv6: [Range<UInt128>]
    private let clouds: [NetworkAddress: String]

    private init() {
        // The longest prefix comes first, so that the row found is the most specific one. A row that does not parse
        // would be a hole in the guard; the tests compare the number of ranges with the number of rows.
        let networks = SpecialPurposeAddresses.all.enumerated()
            .compactMap { index, row in (try? IPNetwork(row.cidr)).map { (network: $0, row: index) } }
            .sorted { $0.network.prefixLength > $1.network.prefixLength }
        ipv4 = networks.compactMap { entry in
            guard case .v4(let base) = entry.network.base else { return nil }
            return Range(base: base, shift: UInt32(32 - entry.network.prefixLength), row: entry.row)
        }
        ipv6 = networks.compactMap { entry in
            guard case .v6(let base) = entry.network.base else { return nil }
            return Range(base: base, shift: UInt128(128 - entry.network.prefixLength), row: entry.row)
        }
        clouds = Dictionary(
            SpecialPurposeAddresses.metadata.compactMap { entry in
                NetworkAddress(entry.address).map { ($0, entry.cloud) }
            },
            uniquingKeysWith: { first, _ in first })
    }

    /// How many ranges and metadata addresses were read, for the tests.
    var counts: (ranges: Int, metadata: Int) { (ipv4.count + ipv6.count, clouds.count) }

    /// The most specific row whose range holds `address`, as an index into `SpecialPurposeAddresses.all`.
    func row(containing address: NetworkAddress) -> Int? {
        switch address {
        case .v4(let value):
            for range in ipv4 where (range.base ^ value) >> range.shift == 0 { return range.row }
        case .v6(let value):
            for range in ipv6 where (range.base ^ value) >> range.shift == 0 { return range.row }
        }
        return nil
    }

    /// The cloud that answers with credentials at `address`.
    func metadata(at address: NetworkAddress) -> String? {
        clouds[address]
    }
}
