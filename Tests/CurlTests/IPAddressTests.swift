import Curl
import Testing

struct IPAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("fe80:0::0", "fe80::"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("::FFFF:7f00:1", "::ffff:127.0.0.1"),
    ])
    func `text is read and written in its canonical form`(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(bytes: address.bytes) == address)
    }

    @Test(arguments: [
        "", "127.1", "0x7f000001", "2130706433", "127.0.0.01", "1.2.3.4.5", "256.0.0.1", "[::1]", "fe80::1%lo", ":::",
        "1.2.3.4\0", " 1.2.3.4", "::1/128",
    ])
    func `anything else is no address`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `bytes are in network order`() {
        #expect(IPAddress("1.2.3.4")?.bytes == [1, 2, 3, 4])
        #expect(IPAddress("102:304::f")?.bytes == [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15])
        #expect(IPAddress(bytes: [1, 2, 3, 4]) == .v4(0x0102_0304))
        #expect(IPAddress(bytes: [1, 2, 3]) == nil)
    }

    @Test func `an IPv4 address inside IPv6 is another address`() {
        #expect(IPAddress("::ffff:1.2.3.4") != IPAddress("1.2.3.4"))
    }
}
