/// A range of addresses in CIDR form, e.g. `10.0.0.0/8` or `fd00::/8`.
public struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    /// The lowest address of the range.
    public let base: NetworkAddress
    /// 0...32 for IPv4, 0...128 for IPv6.
    public let prefixLength: Int

    /// `nil` when the length is out of range or `base` has bits set behind it.
    public init?(base: NetworkAddress, prefixLength: Int) {
        guard (0...base.bits).contains(prefixLength), base.masked(to: prefixLength) == base else { return nil }
        (self.base, self.prefixLength) = (base, prefixLength)
    }

    /// Reads `address/length`; an address alone is the range of that one address.
    public init(_ text: some StringProtocol) throws(ValidationError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(parts[0]) else {
            throw IPNetwork.refusal(text, "is no IP address or CIDR range, such as 10.0.0.0/8 or fd00::/8")
        }
        var length = address.bits
        if parts.count == 2 {
            guard
                parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ $0.decimalDigit != nil }),
                let number = Int(parts[1]), number <= address.bits
            else { throw IPNetwork.refusal(text, "needs a prefix length of 0 to \(address.bits) after the slash") }
            length = number
        }
        let masked = address.masked(to: length)
        guard masked == address else {
            throw IPNetwork.refusal(text, "has bits set behind its prefix; did you mean \(masked)/\(length)?")
        }
        (base, prefixLength) = (address, length)
    }

    /// Reads a comma-separated list, as in `MARTLET_ALLOW_ADDRESSES`; an empty text is an empty list.
    ///
    /// Every entry that is wrong is reported, not only the first.
    public static func list(_ text: String) throws(IPNetworkListError) -> [IPNetwork] {
        var networks: [IPNetwork] = []
        var problems: [ValidationError] = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let entry = entry.trimmingBlanks
            if entry.isEmpty && text.trimmingBlanks.isEmpty { break }
            do throws(ValidationError) {
                networks.append(try IPNetwork(entry))
            } catch {
                problems.append(error)
            }
        }
        guard problems.isEmpty else { throw IPNetworkListError(problems: problems) }
        return networks
    }

    public func contains(_ address: NetworkAddress) -> Bool {
        switch (base, address) {
        case (.v4(let base), .v4(let address)):
            // A shift by the full width gives 0 in Swift, so a length of 0 matches everything.
            (base ^ address) >> UInt32(32 - prefixLength) == 0
        case (.v6(let base), .v6(let address)):
            (base ^ address) >> UInt128(128 - prefixLength) == 0
        default: false
        }
    }

    public var description: String { "\(base)/\(prefixLength)" }

    private static func refusal(_ text: some StringProtocol, _ rule: String) -> ValidationError {
        .malformed(quoted(text), rule)
    }
}

/// Every wrong entry of a list of networks.
public struct IPNetworkListError: Error, Sendable, Hashable, CustomStringConvertible {
    public let problems: [ValidationError]

    public var description: String { problems.map { "\($0.member) \($0.rule)" }.joined(separator: "; ") }
}

extension NetworkAddress {
    /// This address with every bit behind the first `length` cleared.
    fileprivate func masked(to length: Int) -> NetworkAddress {
        switch self {
        case .v4(let value): .v4(value & ~(UInt32.max >> UInt32(length)))
        case .v6(let value): .v6(value & ~(UInt128.max >> UInt128(length)))
        }
    }
}

extension StringProtocol {
    /// Without the spaces and tabs around it.
    fileprivate var trimmingBlanks: Substring {
        var rest = Substring(self)
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }
}
