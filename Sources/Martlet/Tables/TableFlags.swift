import ArgumentParser
import JSONFilter
import Postgres
import WebhookCore

/// What a table is made of or changed to.
struct TableFlags: ParsableArguments {
    @Option(help: "What its events are called: item.NAME.created and so on.")
    var name: String?

    @Flag(inversion: .prefixedNo, help: "Whether everybody may read it.")
    var `public`: Bool?

    @Option(help: "A file with the document as JSON, or - for standard input: headers, rows, settings, formatting.")
    var data: String?

    /// The same as the API would be sent.
    func changes(title: String?) throws -> TableChanges {
        var writer = JSONWriter()
        writer.beginObject()
        if let title {
            writer.name("title")
            writer.string(title)
        }
        if let name {
            writer.name("name")
            writer.string(name)
        }
        if let `public` {
            writer.name("public")
            writer.bool(`public`)
        }
        if let data {
            writer.name("data")
            writer.raw(try document(data))
        }
        writer.endObject()
        do {
            return try TableChanges(writer.bytes)
        } catch {
            throw UsageError("\(error)")
        }
    }

    private func document(_ file: String) throws -> [UInt8] {
        let bytes = try file == "-" ? InputFile.readStandardInput() : InputFile.read(file)
        do throws(JSONError) {
            try JSONScanner.validate(bytes)
        } catch {
            throw UsageError("\(file) is no JSON: \(error)")
        }
        return bytes
    }
}

/// Turns a name that is somebody else's into a sentence.
func naming<Result: Sendable>(
    _ name: TableName?, in tenant: String, _ body: () async throws -> Result
) async throws -> Result {
    do {
        return try await body()
    } catch {
        guard (error as? PostgresError)?.state == .uniqueViolation else { throw error }
        throw CommandError("the tenant \(tenant) has a table \(name?.text ?? "of that name") already")
    }
}
