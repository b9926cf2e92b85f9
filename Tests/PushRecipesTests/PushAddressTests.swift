import PushRecipes
import Testing

struct PushAddressTests {
    @Test(arguments: [
        "https://gateway.example", "https://gateway.example/", "http://127.0.0.1:8080", "https://[::1]:8443",
        "https://example.com/hooks",
    ])
    func `the address of a table begins with that of the gateway`(base: String) throws {
        let address = try #require(PushAddress(base: base, table: 7))
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        #expect(address.description == "\(trimmed)/v1/tables/7/webhook")
    }

    @Test(arguments: [
        "", "gateway.example", "ftp://gateway.example", "https://", "https:///x", "https://a'; rm -rf ~; '",
        "https://a\"b", "https://a`id`", "https://a$(id)", "https://a\nb", "https://a\\b", "https://a{b}",
        "https://ä.example",
        "https://a b", "https://a?b", "https://a#b",
    ])
    func `an address that would end the quotes around it is refused`(base: String) {
        #expect(PushAddress(base: base, table: 7) == nil)
    }
}
