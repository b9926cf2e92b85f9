import Testing

@testable import WebhookCore

struct NetworkAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("2001:db8::", "2001:db8::"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1::8", "1::8"),
    ])
    func `reads addresses and writes them in one way`(text: String, canonical: String) {
        #expect(NetworkAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.-4", "1.2.3.4 ", "0x1.2.3.4", "1..2.3", ":", ":::",
        "1::2::3",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", ":1::", "1::2:", "::1%eth0",
        "::1.2.3",
        "1.2.3.4::", "+1::", "[::1]", "::1.2.3.4.5", "1:2:3:4:5:6:7:1.2.3.4",
    ])
    func `refuses texts that are no address`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test func `bytes are read in network order`() {
        #expect(NetworkAddress([192, 0, 2, 1] as [UInt8])?.description == "192.0.2.1")
        #expect(NetworkAddress([0x20, 1] + [UInt8](repeating: 0, count: 13) + [1])?.description == "2001::1")
        #expect(NetworkAddress([1, 2, 3] as [UInt8]) == nil)
        #expect(NetworkAddress([] as [UInt8]) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", 0x7F00_0001), ("127.1", 0x7F00_0001), ("2130706433", 0x7F00_0001), ("0x7f.1", 0x7F00_0001),
        ("0x7F000001", 0x7F00_0001), ("0177.0.0.1", 0x7F00_0001), ("017700000001", 0x7F00_0001),
        ("127.0.0.1.", 0x7F00_0001), ("10.65535", 0x0A00_FFFF), ("0", 0), ("0x", 0), ("1.2.0x304", 0x0102_0304),
    ])
    func `legacy spellings of IPv4 are seen through`(host: String, address: UInt32) {
        #expect(LegacyIPv4Text.read(host) == .address(address))
    }

    @Test(arguments: [
        "256.0.0.1", "1.2.3.4.5", "4294967296", "1.2.3.256", "08.1.1.1", "1..2", "a.1", "0xg", "1.2.3.0x100",
        "99999999999999999999",
    ])
    func `a host that ends in a number and is no address is invalid`(host: String) {
        #expect(LegacyIPv4Text.read(host) == .invalid)
    }

    @Test(arguments: ["example.com", "1.example", "a", "", "x0x7f", "1.2.3.4a", "127.0.0.1.."])
    func `names are left to the resolver`(host: String) {
        #expect(LegacyIPv4Text.read(host) == .name)
    }
}
