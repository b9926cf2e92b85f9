import EndToEndSupport
import TestSupport
import Testing

/// Whatever a table holds, its page is one table of so many rows: judged by a parser and a browser not written here.
struct HostileTableTests {
    @Test func `to an HTML5 parser nothing breaks out of its cell`() async throws {
        try await withInstallation { _, client in
            let id = try await makeHostileTable(client)
            let output = try await Foreign.python(
                Self.parse, ["http://127.0.0.1:\(client.port)/t/\(id)", "\(HostileTable.cells.count)"])
            #expect(output == ["sound"])
        }
    }

    @Test func `in a browser nothing runs, and sorting works without scripts and with the keyboard alone`() async throws
    {
        try await withInstallation { _, client in
            let hostile = try await makeHostileTable(client)
            let sorted = try await client.makeTable(rows: #"[["Rum", 10], ["Tea", 9], ["Ale", 100]]"#)
            let base = "http://127.0.0.1:\(client.port)/t"
            let output = try await Foreign.python(
                BrowserLaunch.python + Self.browse,
                ["\(base)/\(hostile)", "\(HostileTable.cells.count)", "\(base)/\(sorted)"])
            #expect(output == ["sound"])
        }
    }

    private func makeHostileTable(_ client: GatewayClient) async throws -> String {
        try await client.makeTable(
            title: HostileTable.title, headers: HostileTable.headers, rows: HostileTable.rows)
    }

    private static let parse = """
        import sys, urllib.request, html5lib
        url, count = sys.argv[1], int(sys.argv[2])
        text = urllib.request.urlopen(url).read().decode()
        document = html5lib.parse(text, namespaceHTMLElements=False)
        main = document.find("body/main")
        assert [child.tag for child in document.find("body")] == ["main"], "outside of main"
        assert [child.tag for child in main] == ["div", "p"], [child.tag for child in main]
        table = main.find("div/table")
        assert [child.tag for child in main.find("div")] == ["table"], "beside the table"
        assert [child.tag for child in table] == ["caption", "thead", "tbody"], "inside of the table"
        assert len(table.find("caption")) == 0 and "<b>" not in table.find("caption").text
        headings = table.findall("thead/tr/th")
        assert len(headings) == 5 and all([child.tag for child in cell] == ["a"] for cell in headings)
        assert all(len(cell.find("a")) == 0 and set(cell.find("a").attrib) == {"href"} for cell in headings)
        assert all(cell.find("a").get("href").startswith("?sort=") for cell in headings)
        rows = table.findall("tbody/tr")
        assert len(rows) == count, len(rows)
        for row in rows:
            cells = list(row)
            assert [cell.tag for cell in cells] == ["td"] * 5, row
            assert (cells[0].text, cells[2].text, cells[4].text) == ("before", "after", "5"), row
        forbidden = {"script", "iframe", "object", "embed", "svg", "math", "textarea", "base", "form", "input", "frameset"}
        for element in table.iter():
            if not isinstance(element.tag, str): continue
            assert element.tag not in forbidden | {"style", "title", "meta", "link"}, element.tag
            for name, value in element.attrib.items():
                assert not name.startswith("on"), name
                assert "javascript:" not in value, value
        print("sound")
        """

    private static let browse = """
        import sys
        from playwright.sync_api import sync_playwright
        hostile, count, table = sys.argv[1], int(sys.argv[2]), sys.argv[3]
        with sync_playwright() as playwright:
            browser = launch(playwright)
            page = browser.new_page()
            page.set_default_timeout(20_000)
            ran, asked = [], []
            page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
            page.on("request", lambda request: asked.append(request.url))
            page.goto(hostile)
            assert page.locator("main > div > table > tbody > tr").count() == count, "rows"
            assert page.locator("script, iframe, object, embed").count() == 0
            assert ran == [], ran
            assert all(url.startswith(hostile.rsplit("/t/", 1)[0]) for url in asked), asked
            # The stylesheet of the page applies, its hash in the policy is right.
            assert page.locator("main > div > table").evaluate("element => getComputedStyle(element).borderCollapse") == "collapse"

            # With scripts switched off, as a reader without a mouse.
            context = browser.new_context(java_script_enabled=False, color_scheme="dark")
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.goto(table)
            def column(): return page.locator("tbody tr td:first-child").all_inner_texts()
            assert column() == ["Rum", "Tea", "Ale"], column()
            page.get_by_role("link", name="Price").focus()
            page.keyboard.press("Enter")
            page.wait_for_url("**sort=2&dir=asc")
            assert column() == ["Tea", "Rum", "Ale"], column()
            heading = page.get_by_role("columnheader", name="Price")
            assert heading.get_attribute("aria-sort") == "ascending"
            page.get_by_role("link", name="Price").click()
            page.wait_for_url("**sort=2&dir=desc")
            assert column() == ["Ale", "Rum", "Tea"], column()
            assert heading.get_attribute("aria-sort") == "descending"
            assert page.get_by_role("table", name="Prices").count() == 1

            # Another site may frame it; both colour schemes give it colours.
            colours = set()
            for scheme in ("light", "dark"):
                outside = browser.new_context(color_scheme=scheme).new_page()
                outside.set_default_timeout(20_000)
                # A page of another site, and on this machine as well: a page from elsewhere may not reach in.
                outside.goto(table.rsplit("/t/", 1)[0].replace("127.0.0.1", "localhost") + "/livez")
                outside.set_content(f'<iframe src="{table}"></iframe>')
                framed = outside.frame_locator("iframe")
                assert framed.locator("tbody tr").nth(2).inner_text()
                colours.add(framed.locator("body").evaluate("element => getComputedStyle(element).backgroundColor"))
            assert len(colours) == 2, colours
            browser.close()
        print("sound")
        """
}
