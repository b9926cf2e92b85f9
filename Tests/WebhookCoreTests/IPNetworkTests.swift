import Testing
import WebhookCore

struct IPNetworkTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"), ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("fd00::/8", "fdff::1", "fe00::"), ("2001:db8::/127", "2001:db8::1", "2001:db8::2"),
        ("128.0.0.0/1", "255.0.0.0", "127.255.255.255"), ("0.0.0.0/0", "8.8.8.8", "::"), ("::/0", "ffff::", "0.0.0.0"),
    ])
    func `a range contains its addresses and no others`(range: String, inside: String, outside: String) throws {
        let network = try IPNetwork(range)
        #expect(network.contains(try #require(NetworkAddress(inside))))
        #expect(!network.contains(try #require(NetworkAddress(outside))))
    }

    @Test(arguments: [
        ("10.0.0.1/8", "did you mean 10.0.0.0/8?"), ("fd00::1/8", "did you mean fd00::/8?"),
        ("10.0.0.0/33", "0 to 32"), ("::/129", "0 to 128"), ("10.0.0.0/", "0 to 32"), ("10.0.0.0/+8", "0 to 32"),
        ("10.0.0.0/8/8", "0 to 32"), ("10/8", "no IP address"), ("example.com", "no IP address"), ("", "no IP address"),
    ])
    func `a wrong range is refused with advice`(text: String, advice: String) {
        let error = #expect(throws: ValidationError.self) { try IPNetwork(text) }
        #expect(error?.rule.contains(advice) == true)
    }

    @Test func `a list may be empty and have blanks around its entries`() throws {
        #expect(try IPNetwork.list("").isEmpty)
        #expect(try IPNetwork.list("  ").isEmpty)
        #expect(
            try IPNetwork.list("127.0.0.1/32, ::1 ,10.0.0.0/8").map(\.description)
                == ["127.0.0.1/32", "::1/128", "10.0.0.0/8"])
    }

    @Test func `every wrong entry of a list is reported`() {
        let error = #expect(throws: IPNetworkListError.self) {
            try IPNetwork.list("10.0.0.1/8,127.0.0.1,nowhere,,::/0")
        }
        #expect(error?.problems.map(\.member) == ["`10.0.0.1/8`", "`nowhere`", "``"])
    }
}
