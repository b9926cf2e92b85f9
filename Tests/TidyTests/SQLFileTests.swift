import Testing

struct SQLFileTests {
    @Test func `every SQL file is embedded in the binaries, and listed`() throws {
        let embedding = try SourceTree.text(of: "Sources/CMigrations/migrations.c")
        let files =
            try SourceTree.files(below: "sql/migrations", endings: [".sql"])
            + SourceTree.files(below: "sql/functions", endings: [".sql"])
        #expect(files.count >= 10)
        for file in files {
            #expect(embedding.contains("#embed \"../../\(file)\""), "\(file) is not embedded")
            #expect(embedding.contains("{\"\(file.dropFirst("sql/".count))\","), "\(file) is not in the table")
        }
    }

    @Test func `migrations are numbered from 1 without a gap`() throws {
        let files = try SourceTree.files(below: "sql/migrations", endings: [".sql"])
        let numbers = files.compactMap { Int($0.dropFirst("sql/migrations/".count).prefix(4)) }
        #expect(!files.isEmpty)
        #expect(numbers == Array(1...files.count))
    }

    @Test func `every migration says what it does and what it locks`() throws {
        for file in try SourceTree.files(below: "sql/migrations", endings: [".sql"]) {
            let head = try SourceTree.lines(of: file).prefix(2).map(\.text)
            let name = file.dropFirst("sql/migrations/".count).dropLast(".sql".count)
            #expect(head[0].hasPrefix("-- \(name): "), "\(file)")
            #expect(head[1].hasPrefix("-- Locks: "), "\(file)")
        }
    }

    @Test func `the whole schema stands in one file too`() throws {
        let schema = try SourceTree.text(of: "sql/schema.sql")
        for table in ["martlet.events", "martlet.pending", "martlet.waiting", "martlet.attempts"] {
            #expect(schema.contains("CREATE TABLE \(table)"), "\(table)")
        }
    }
}
