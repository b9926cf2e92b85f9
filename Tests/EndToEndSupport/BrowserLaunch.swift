/// Python that launches a browser of Chromium's family, whatever the machine has: put in front of a script.
public enum BrowserLaunch {
    public static let python = """
        import os, shutil
        def browsers(playwright):
            def named(*names): return [path for path in map(shutil.which, names) if path]
            own = playwright.chromium.executable_path
            found = named("chromium", "google-chrome", "google-chrome-stable")
            if os.path.exists(own): found.append(own)
            found += named("chromium-browser")
            # A snap may not read everything: it comes last.
            return sorted(found, key=lambda path: path.startswith("/snap/"))
        def launch(playwright):
            found = browsers(playwright)
            if not found:
                raise SystemExit("no browser: install chromium or google-chrome, or run .build/venv/bin/playwright install chromium")
            # Root may not use the sandbox; the pages are our own.
            return playwright.chromium.launch(executable_path=found[0], args=["--no-sandbox"])

        """
}
