import EndToEndSupport
import JSONFilter
import Testing

/// Whatever a table holds, the pages to manage it with stay what they are; and they serve whoever sees or moves otherwise.
struct ConsoleSafetyTests {
    /// To a browser a quote is a quote, whatever mark stands behind it.
    private let quote = "\"\u{301} onfocus=alert(1) autofocus x='\u{301}"

    @Test func `nothing breaks out of its field, for an editor or for a viewer`() async throws {
        try await withInstallation { _, client in
            let cells = HostileTable.cells + [quote, "'\(quote)", "</textarea>\n</textarea><script>alert(1)</script>"]
            let rows = cells.map { "[\"before\", \($0.asJSON), \"after\"]" }.joined(separator: ",")
            let id = try await client.makeTable(
                title: HostileTable.title + quote, headers: HostileTable.headers + [quote], rows: "[\(rows)]")
            let viewer = try await client.makeKey(role: "viewer")
            try await ConsoleBrowser.visit(
                client, arguments: [id, "\(cells.count)", viewer], runsScripts: true,
                """
                import html5lib
                number, count, viewer = arguments[0], int(arguments[1]), arguments[2]
                def check():
                    assert page.locator("tbody tr").count() == count
                    assert page.locator("script, iframe, object, embed, svg, math, [onfocus], [onmouseover], [onload]").count() == 0
                    document = html5lib.parse(page.context.request.get(page.url).text(), namespaceHTMLElements=False)
                    body = [child.tag for child in document.find("body")]
                    assert body == ["a", "header", "main"], body
                    assert [child.tag for child in document.find("body/main")].count("section") >= 3
                    for element in document.iter():
                        if not isinstance(element.tag, str): continue
                        assert not any(name.startswith("on") for name in element.attrib), element.attrib
                        assert element.tag not in {"script", "iframe", "img"} or element.get("src") == "/ui/icon.svg"
                        assert element.get("style") is None and element.tag != "base"
                sign_in()
                assert page.get_by_role("rowheader").count() == 1
                page.get_by_role("rowheader").get_by_role("link").click()
                check()
                fields = cells()
                width = len(fields) // count
                assert all(fields[row * width] == "before" and fields[row * width + 2] == "after" for row in range(count))
                assert all("autofocus" not in field.evaluate("f => f.getAttributeNames()")
                           for field in page.locator("input, textarea").all()[:40])
                # Saving what was not edited changes nothing, whatever it is.
                page.get_by_role("button", name="Save rows").click()
                page.get_by_role("status").get_by_text("Nothing was different").wait_for()
                page.get_by_role("button", name="Sign out").click()
                sign_in(viewer)
                page.goto(f"{base}/ui/tables/{number}")
                check()
                """)
            #expect(try await client.call("GET", "/v1/tables/\(id)").member("version")?.intValue == 1)
        }
    }

    @Test func `axe finds nothing to mend on any page, in light and in dark`() async throws {
        try await withInstallation { _, client in
            let id = try await client.makeTable()
            let rows = (1...5_001).map { "[\"row \($0)\"]" }.joined(separator: ",")
            let large = try await client.makeTable(title: "Large", rows: "[\(rows)]")
            try await ConsoleBrowser.visit(
                client, arguments: [id, large], runsScripts: true,
                """
                from axe_playwright_python.sync_playwright import Axe
                def check(name):
                    found = Axe().run(page).response["violations"]
                    assert not found, (name, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found])
                for scheme in ("light", "dark"):
                    context = browser.new_context(color_scheme=scheme)
                    page = watch(context.new_page())
                    page.goto(base + "/ui")
                    check("sign in")
                    sign_in("wrong")
                    check("not signed in")
                    sign_in()
                    check("list")
                    page.goto(base + "/ui/tables/new")
                    check("new")
                    page.get_by_label("Title", exact=True).fill(" ")
                    page.get_by_role("button", name="Create table").click()
                    assert page.get_by_role("alert").count() == 1
                    check("not created")
                    page.goto(f"{base}/ui/tables/{arguments[0]}")
                    check("edit")
                    page.get_by_role("button", name="Add row").click()
                    page.locator("summary", has_text="Python").click()
                    check("edited")
                    page.get_by_role("button", name="Generate Secret").or_(page.get_by_text("Rotate secret…")).click()
                    if page.locator("#secret").count() == 0:
                        page.get_by_role("button", name="Rotate secret").click()
                    check("secret")
                    page.locator("summary", has_text="Disable").click()
                    check("disable")
                    page.goto(f"{base}/ui/tables/{arguments[1]}")
                    page.get_by_role("link", name="Last").click()
                    check("large")
                    page.goto(base + "/ui/tables/999999")
                    check("nothing here")
                    context.close()
                """)
        }
    }

    @Test func `everything is reached with the keyboard, and one sees where one is`() async throws {
        try await withInstallation { _, client in
            try await ConsoleBrowser.visit(
                client, arguments: [try await client.makeTable()], runsScripts: true,
                """
                focused = lambda: page.evaluate(
                    "(e => e.getAttribute('aria-label') || e.innerText || e.id)(document.activeElement)")
                outline = lambda: page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                page.goto(base + "/ui/login")
                page.keyboard.type(key)
                page.keyboard.press("Enter")
                page.wait_for_url("**/ui/tables")
                page.keyboard.press("Tab")
                assert focused() == "Skip to content" and outline() != "none", (focused(), outline())
                page.keyboard.press("Enter")
                page.keyboard.press("Tab")
                assert focused() == "New table" and outline() != "none", focused()
                page.get_by_role("link", name="Prices").focus()
                page.keyboard.press("Enter")
                page.wait_for_url("**/ui/tables/*")
                page.get_by_label("Name, row 2").focus()
                assert outline() != "none"
                page.keyboard.press("Control+A")
                page.keyboard.type("Ale")
                # Return in a cell saves, whatever other buttons there are.
                page.keyboard.press("Enter")
                page.get_by_role("status").get_by_text("Saved.").wait_for()
                assert cells()[2] == "Ale", cells()
                page.locator("summary", has_text="Delete table").focus()
                page.keyboard.press("Enter")
                page.keyboard.press("Tab")
                assert focused().startswith("Delete table"), focused()
                """)
        }
    }
}

extension String {
    fileprivate var asJSON: String {
        var writer = JSONWriter()
        writer.string(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
