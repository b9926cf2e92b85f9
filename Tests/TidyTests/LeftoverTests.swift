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
        try SourceTree.expectNone(
            of: #"\b(?:TODO|FIXME|XXX|HACK)\b"#, suchAs: "// TODO: think", in: allFiles())
    }

    @Test func `libraries and servers print nothing past the log`() throws {
        try SourceTree.expectNone(
            of: #"^\s*(?:print|debugPrint|dump|NSLog)\("#, suchAs: "    print(\"here\")", in: sources(), inCode: true)
    }

    @Test func `no path of somebody's machine is written down`() throws {
        try SourceTree.expectNone(
            of: #"(?:^|[^A-Za-z0-9_.~/])/(?:work|root|home|Users|mnt)/[A-Za-z0-9]"#, suchAs: "cd /home/me/gateway",
            in: allFiles())
    }

    @Test func `errors are handled, not wished away`() throws {
        try SourceTree.expectNone(
            of: #"\btry!|\bas!\s|\bfatalError\("#, suchAs: "let key = try! read()", in: sources(), inCode: true)
    }

    @Test func `every file ends with a line break and holds no tab or trailing blank`() throws {
        let files = try allFiles().filter { !$0.hasSuffix("Makefile") }
        try SourceTree.expectNone(of: #"\t| +$"#, suchAs: "end ", in: files)
        for file in files { #expect(try SourceTree.text(of: file).hasSuffix("\n"), "\(file)") }
    }

    private func sources() throws -> [String] {
        try SourceTree.files(below: "Sources", endings: [".swift"])
    }
}
