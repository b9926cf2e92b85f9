import Testing

struct PluginCommandTests {
    private static let shop =
        #"{"name": "shop", "content_tables": ["products"], "webhook_events": [{"name": "stock.low"}]}"#

    @Test func `a plugin is installed from a file and listed`() async throws {
        try await withMigratedDatabase { settings in
            let install = try await CommandRun.martlet(
                ["plugins", "install", "-"], environment: settings, input: Self.shop)
            #expect(install.exit == .exited(0))
            #expect(install.output == "registered 4 event types of shop")
            let again = try await CommandRun.martlet(
                ["plugins", "install", "-", "--json"], environment: settings, input: Self.shop)
            #expect(again.output == #"{"plugin":"shop","registered":0}"#)

            let list = try await CommandRun.martlet(["plugins", "list"], environment: settings)
            for text in ["item.products.created", "stock.low", "manual", "core", "page.published", "system"] {
                #expect(list.output.contains(text), "\(text)")
            }
            let own = try await CommandRun.martlet(
                ["plugins", "list", "--plugin", "shop", "--json"], environment: settings)
            #expect(own.json?.arrayValue?.count == 4)
        }
    }

    @Test(arguments: ["{", "[]", #"{"name": "core"}"#, #"{"name": "shop", "events": []}"#])
    func `a file that describes no plugin is wrong usage`(text: String) async throws {
        let install = try await CommandRun.martlet(
            ["plugins", "install", "-"], environment: settings(for: "postgresql://"), input: text)
        #expect(install.exit == .exited(64))
        #expect(!install.errorText.isEmpty)
    }

    @Test func `a file that is not there is named`() async throws {
        let install = try await CommandRun.martlet(
            ["plugins", "install", "no-such-file.json"], environment: settings(for: "postgresql://"))
        #expect(install.exit == .exited(1))
        #expect(install.errorText.contains("no-such-file.json"))
    }
}
