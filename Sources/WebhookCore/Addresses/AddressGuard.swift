/// Decides to which addresses this gateway may connect, so that nobody can make it call into the network it stands in.
///
/// An address is refused when it lies in a special-purpose range, or when it is an IPv6 address that embeds an IPv4
/// address that is refused. Ranges that the operator allows are exempt, with two limits: an embedded IPv4 address must
/// be allowed too, and a cloud's metadata address is only allowed by a range of that one address.
///
/// The guard judges the address about to be connected to, after name resolution; judging names or URLs alone would
/// leave the door open to a name that resolves differently the second time.
public struct AddressGuard: Sendable {
    /// The ranges exempt from the refusals.
    public let allowed: [IPNetwork]
    /// Refused whatever is allowed: the gateway's own addresses, where the caller knows them.
    public let alwaysRefused: [IPNetwork]

    public init(allowing allowed: [IPNetwork] = [], alwaysRefusing alwaysRefused: [IPNetwork] = []) {
        self.allowed = allowed
        self.alwaysRefused = alwaysRefused
    }

    /// Whether a connection to `address` may be opened.
    public func permits(_ address: NetworkAddress) -> Bool {
        cause(against: address) == nil
    }

    /// - Parameter bytes: 4 or 16 bytes in network byte order; any other count is refused.
    public func permits(_ bytes: [UInt8]) -> Bool {
        guard let address = NetworkAddress(bytes) else { return false }
        return permits(address)
    }

    /// Why `address` is refused, in words for the person who chose it; `nil` when it is permitted.
    public func refusal(of address: NetworkAddress) -> String? {
        switch cause(against: address) {
        case nil: nil
        case .own(let network): "\(address) is an address of the gateway itself (\(network))"
        case .metadata(let cloud): "\(address) is a cloud metadata address (\(cloud))"
        case .range(let index): describe(address, in: SpecialPurposeAddresses.all[index])
        case .embedded(let inner):
            "\(address) embeds an IPv4 address, and " + (refusal(of: .v4(inner)) ?? "\(NetworkAddress.v4(inner))")
        }
    }

    /// As above, for 4 or 16 bytes in network byte order.
    public func refusal(of bytes: [UInt8]) -> String? {
        guard let address = NetworkAddress(bytes) else { return "\(bytes.count) bytes are no IP address" }
        return refusal(of: address)
    }

    private enum Cause {
        case own(IPNetwork)
        case metadata(cloud: String)
        /// An index into `SpecialPurposeAddresses.all`.
        case range(Int)
        case embedded(UInt32)
    }

    private func cause(against address: NetworkAddress) -> Cause? {
        if let own = alwaysRefused.first(where: { $0.contains(address) }) { return .own(own) }

        let allowance = allowance(for: address)
        if let row = AddressTable.shared.row(containing: address) {
            // Every metadata address lies in some range, so that other addresses are spared the look-up.
            if allowance != address.bits, let cloud = AddressTable.shared.metadata(at: address) {
                return .metadata(cloud: cloud)
            }
            if allowance == nil { return .range(row) }
        }
        if case .v6(let value) = address {
            for inner in EmbeddedIPv4.addresses(in: value, allowedPrefixLength: allowance)
            where !permits(.v4(inner)) {
                return .embedded(inner)
            }
        }
        return nil
    }

    /// The prefix length of the narrowest allowed range that holds `address`: it says most about what the operator meant.
    private func allowance(for address: NetworkAddress) -> Int? {
        var narrowest: Int?
        for network in allowed where network.contains(address) {
            narrowest = max(narrowest ?? 0, network.prefixLength)
        }
        return narrowest
    }

    private func describe(_ address: NetworkAddress, in row: SpecialPurposeAddresses.Row) -> String {
        "\(address) is in \(row.cidr), \(row.name)" + (row.rfc.map { " [\($0)]" } ?? "")
    }
}
