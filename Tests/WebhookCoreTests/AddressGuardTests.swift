import Testing

@testable import WebhookCore

struct AddressGuardTests {
    private let strict = AddressGuard()

    @Test func `every row of the table is in force`() {
        #expect(SpecialPurposeAddresses.ipv4Registry.count == 26)
        #expect(SpecialPurposeAddresses.ipv6Registry.count == 25)
        #expect(SpecialPurposeAddresses.beyondRegistries.count == 10)
        #expect(AddressTable.shared.counts.ranges == 61)
        #expect(AddressTable.shared.counts.metadata == 10)
    }

    @Test(arguments: SpecialPurposeAddresses.all.map(\.cidr))
    func `the first and the last address of every range are refused`(cidr: String) throws {
        let network = try IPNetwork(cidr)
        #expect(!strict.permits(network.base))
        #expect(!strict.permits(try #require(network.last)))
        #expect(strict.refusal(of: network.base) != nil)
    }

    @Test(arguments: [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.1.255",
        "192.0.3.0", "192.31.195.255", "192.31.197.0", "192.52.192.255", "192.52.194.0", "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255", "192.169.0.0", "192.175.47.255", "192.175.49.0", "198.17.255.255", "198.20.0.0",
        "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255", "168.63.129.15",
        "168.63.129.17", "8.8.8.8",
        "2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2003::", "2001:ffff::1", "2620:4f:7fff:ffff::",
        "2620:4f:8001::", "3ffe::1", "3fff:1000::", "2606:4700::6810:84e5",
    ])
    func `addresses just outside the ranges are permitted`(text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(strict.refusal(of: address) == nil)
        #expect(strict.permits(address))
    }

    @Test(arguments: SpecialPurposeAddresses.metadata.map(\.address))
    func `metadata addresses are refused by name, and no wide range allows them`(text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(strict.refusal(of: address)?.contains("metadata") == true)
        let wide = AddressGuard(allowing: try IPNetwork.list("0.0.0.0/0,::/0"))
        #expect(!wide.permits(address))
        #expect(AddressGuard(allowing: [try IPNetwork(text)]).permits(address))
    }

    @Test(arguments: [
        // Mapped, translated, compatible, NAT64, local-use NAT64, 6to4, Teredo (client inverted; server), ISATAP.
        "::ffff:10.0.0.1", "::ffff:0:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1",
        "2002:a00:1::1", "2001:0:808:808::f5ff:fffe", "2001:0:a00:1::f7f7:f7f7", "2a00:1450::5efe:10.0.0.1",
        "2a00:1450::200:5efe:10.0.0.1",
    ])
    func `an allowed IPv6 range does not open the IPv4 address inside`(text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(!strict.permits(address))
        let everyIPv6 = AddressGuard(allowing: [try IPNetwork("::/0")])
        #expect(everyIPv6.refusal(of: address)?.contains("10.0.0.1 is in 10.0.0.0/8") == true)
        let both = AddressGuard(allowing: try IPNetwork.list("::/0,10.0.0.0/8"))
        #expect(both.permits(address))
    }

    @Test func `an embedded public address is as good as its own`() throws {
        let nat64 = AddressGuard(allowing: [try IPNetwork("64:ff9b::/96")])
        #expect(nat64.permits(try #require(NetworkAddress("64:ff9b::8.8.8.8"))))
        #expect(strict.permits(try #require(NetworkAddress("2a00:1450::5efe:8.8.8.8"))))
    }

    @Test(arguments: [
        // RFC 6052 §2.4, with the local-use prefix: 10.0.0.33 in each layout, and a public address beside it.
        ("64:ff9b:1::/48", "64:ff9b:1:a00:0:2100::", "64:ff9b:1:808:8:800::"),
        ("64:ff9b:1:ab00::/56", "64:ff9b:1:ab0a::21:0:0", "64:ff9b:1:ab08:8:808::"),
        ("64:ff9b:1:abcd::/64", "64:ff9b:1:abcd:a:0:2100::", "64:ff9b:1:abcd:8:808:800::"),
        ("64:ff9b:1:abcd::/96", "64:ff9b:1:abcd::10.0.0.33", "64:ff9b:1:abcd::8.8.8.8"),
    ])
    func `the allowed prefix tells where local NAT64 keeps the IPv4 address`(
        prefix: String, refused: String, permitted: String
    ) throws {
        let guarded = AddressGuard(allowing: [try IPNetwork(prefix)])
        let inside = try #require(NetworkAddress(refused))
        #expect(guarded.refusal(of: inside)?.contains("embeds") == true)
        #expect(guarded.permits(try #require(NetworkAddress(permitted))))
    }

    @Test func `an allowed range is exempt, and only that range`() throws {
        let guarded = AddressGuard(allowing: try IPNetwork.list("127.0.0.1/32,::1,10.1.0.0/16"))
        #expect(guarded.permits([127, 0, 0, 1]))
        #expect(!guarded.permits([127, 0, 0, 2]))
        #expect(guarded.permits([10, 1, 255, 255]))
        #expect(!guarded.permits([10, 2, 0, 0]))
        #expect(guarded.permits([UInt8](repeating: 0, count: 15) + [1]))
        #expect(!guarded.permits(try #require(NetworkAddress("::ffff:127.0.0.1"))))
    }

    @Test func `the gateway's own addresses stay refused`() throws {
        let guarded = AddressGuard(
            allowing: [try IPNetwork("10.0.0.0/8")], alwaysRefusing: try IPNetwork.list("10.0.0.5,8.8.8.8"))
        #expect(guarded.permits([10, 0, 0, 4]))
        #expect(!guarded.permits([10, 0, 0, 5]))
        #expect(guarded.refusal(of: [8, 8, 8, 8] as [UInt8])?.contains("the gateway itself") == true)
    }

    @Test func `the refusal names the narrowest range`() {
        #expect(
            strict.refusal(of: [192, 0, 0, 170] as [UInt8])
                == "192.0.0.170 is in 192.0.0.170/32, NAT64/DNS64 Discovery [RFC8880, RFC7050]")
    }

    @Test(arguments: [0, 3, 5, 15, 17])
    func `bytes that are no address are refused`(count: Int) {
        #expect(!strict.permits([UInt8](repeating: 8, count: count)))
        #expect(strict.refusal(of: [UInt8](repeating: 8, count: count)) != nil)
    }
}

extension IPNetwork {
    /// The highest address of the range.
    fileprivate var last: NetworkAddress? {
        switch base {
        case .v4(let value): .v4(value | (UInt32.max >> UInt32(prefixLength)))
        case .v6(let value): .v6(value | (UInt128.max >> UInt128(prefixLength)))
        }
    }
}
