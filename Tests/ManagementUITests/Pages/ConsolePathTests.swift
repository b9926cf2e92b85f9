import Testing

@testable import ManagementUI

struct ConsolePathTests {
    @Test func `the pages are at the root and below /ui`() {
        #expect(ConsolePath("/") == .root)
        #expect(ConsolePath("/ui") == .entrance)
        #expect(ConsolePath("/ui/") == .entrance)
        #expect(ConsolePath("/ui/login") == .signIn)
        #expect(ConsolePath("/ui/logout") == .signOut)
        #expect(ConsolePath("/ui/tables") == .section("tables", rest: []))
        #expect(ConsolePath("/ui/tables/7/secret") == .section("tables", rest: ["7", "secret"]))
    }

    @Test(arguments: [
        "/uix", "/UI", "/v1/tables", "//ui", "/t/1", "", "/livez", "evil.example/ui", "//evil.example/ui",
    ])
    func `other paths are left to others`(path: String) {
        #expect(ConsolePath(path) == nil)
    }
}
