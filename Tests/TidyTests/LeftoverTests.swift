import Testing

/// Things that belong to work in progress.
struct LeftoverTests {
    /// A file that names what it looks for would find itself.
    private static let itself = "Tests/TidyTests/LeftoverTests.swift"

    private func allFiles() throws -> [String] {
        try SourceTree.files(
            below: "", endings: [".swift", ".sql", ".c", ".h", ".sh", ".md", "Makefile", ".example", ".yml", ".py"]
        )
        .filter { $0 != Self.itself }
    }

    @Test func `nothing is left to do`() throws {
        for file in try allFiles() {
            for line in try SourceTree.lines(of: file) {
                #expect(!line.text.contains(/\b(TODO|FIXME|XXX|HACK)\b/), "\(file):\(line.number) \(line.text)")
            }
        }
    }

    @Test func `libraries and servers print nothing past the log`() throws {
        for file in try SourceTree.files(below: "Sources", endings: [".swift"]) {
            for line in try SourceTree.codeLines(of: file) {
                #expect(
                    !line.text.contains(/^\s*(?:print|debugPrint|dump|NSLog)\(/), "\(file):\(line.number) \(line.text)")
            }
        }
    }

    @Test func `no path of somebody's machine is written down`() throws {
        for file in try allFiles() {
            for line in try SourceTree.lines(of: file) {
                #expect(
                    !line.text.contains(/(?:^|[^A-Za-z0-9_.~\/])\/(?:work|root|home|Users|mnt)\/[A-Za-z0-9]/),
                    "\(file):\(line.number) \(line.text)")
            }
        }
    }

    @Test func `errors are handled, not wished away`() throws {
        for file in try SourceTree.files(below: "Sources", endings: [".swift"]) {
            for line in try SourceTree.codeLines(of: file) {
                #expect(!line.text.contains(/\btry!|\bas!\s|\bfatalError\(/), "\(file):\(line.number) \(line.text)")
            }
        }
    }

    @Test func `every file ends with a line break and holds no tab or trailing blank`() throws {
        for file in try allFiles() where !file.hasSuffix("Makefile") {
            let text = try SourceTree.text(of: file)
            #expect(text.hasSuffix("\n"), "\(file)")
            for line in try SourceTree.lines(of: file) {
                #expect(
                    !line.text.contains("\t") && !line.text.hasSuffix(" "), "\(file):\(line.number) \(line.text)")
            }
        }
    }
}
