import EndToEndSupport
import Testing

/// Somebody with a browser at the pages to manage with.
enum ConsoleBrowser {
    /// Does `steps`, which are Python, and expects that meanwhile no script ran, no other host was asked for anything, and
    /// the browser had nothing to complain about. The lines that they print.
    ///
    /// They find `base`, `key`, `arguments`, `context`, `page`, and the functions of the preamble below.
    @discardableResult
    static func visit(
        _ client: GatewayClient, key: String? = nil, arguments: [String] = [], runsScripts: Bool = false,
        _ steps: String
    ) async throws -> [String] {
        let lines = try await Foreign.python(
            BrowserLaunch.python + preamble,
            ["http://127.0.0.1:\(client.port)", key ?? client.key, runsScripts ? "scripts" : "none", steps] + arguments)
        #expect(lines.last == "sound")
        return lines.dropLast()
    }

    private static let preamble = """
        import os, re, subprocess, sys
        from playwright.sync_api import sync_playwright
        base, key, scripts, steps = sys.argv[1:5]
        arguments = sys.argv[5:]

        def sign_in(key=key, page=None):
            page = page or globals()["page"]
            page.goto(base + "/ui/login")
            page.get_by_label("API key").fill(key)
            page.get_by_role("button", name="Sign in").click()

        def watch(page):
            page.set_default_timeout(20_000)
            page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda message: complain(message))
            page.on("request", lambda request: asked.append(request.url))
            return page

        def complain(message):
            # That a form was refused is told by the page; the browser tells it again.
            if "Failed to load resource: the server responded with a status of 4" not in message.text:
                complaints.append(message.text)

        def cells():
            return [field.input_value() for field in page.locator("tbody td > :is(input:not([type]), textarea)").all()]

        def push(recipe, secret, body):
            return subprocess.run(["bash", "-c", recipe], input=body, text=True, capture_output=True,
                                  env={"PATH": os.environ["PATH"], "MARTLET_TABLE_SECRET": secret})

        complaints, asked = [], []
        with sync_playwright() as playwright:
            browser = launch(playwright)
            context = browser.new_context(java_script_enabled=scripts == "scripts")
            page = watch(context.new_page())
            exec(compile(steps, "steps", "exec"), globals())
            assert complaints == [], complaints
            assert all(url.startswith(base + "/") for url in asked), asked
            browser.close()
        print("sound")
        """
}
