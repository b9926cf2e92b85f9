import EndToEndSupport
import Testing

struct BrowserLaunchTests {
    /// With directories that hold the given programs, and Playwright's own where it says it is.
    private func found(_ programs: [String], own: Bool = false) async throws -> [String] {
        let script = """
            import stat, sys, tempfile, types
            with tempfile.TemporaryDirectory() as place:
                for name in sys.argv[2:]:
                    path = os.path.join(place, name)
                    open(path, "w").close()
                    os.chmod(path, stat.S_IRWXU)
                os.environ["PATH"] = place
                own = os.path.join(place, "own") if sys.argv[1] == "own" else "/nowhere"
                if sys.argv[1] == "own": open(own, "w").close()
                playwright = types.SimpleNamespace(chromium=types.SimpleNamespace(executable_path=own))
                for path in browsers(playwright): print(os.path.basename(path))
                if not browsers(playwright):
                    try: launch(playwright)
                    except SystemExit as reason: print(reason)
            """
        return try await Foreign.python(BrowserLaunch.python + script, [own ? "own" : "none"] + programs)
    }

    @Test func `any browser of the family will do, Debian's first`() async throws {
        #expect(try await found(["google-chrome", "chromium"]) == ["chromium", "google-chrome"])
        #expect(try await found(["google-chrome-stable"]) == ["google-chrome-stable"])
        #expect(try await found(["chromium-browser"], own: true) == ["own", "chromium-browser"])
    }

    @Test func `where there is none the message says what to install`() async throws {
        let lines = try await found([])
        #expect(lines.count == 1 && lines[0].hasPrefix("no browser: install chromium or google-chrome"))
    }
}
