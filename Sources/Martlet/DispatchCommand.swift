import ArgumentParser
import GatewayRuntime
import JSONFilter
import Postgres
import WebhookCore
import WebhookStore

/// `martlet dispatch`
struct DispatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispatch",
        abstract: "Emit an event, as an application does in SQL, and print its id.")

    @Argument(help: "The event's name, such as item.orders.created.")
    var event: String

    @Argument(help: "Its data: JSON, or @file, or - for standard input.")
    var data = "{}"

    @Option(help: "An event with a key seen before is not sent again; the first one's id is printed.")
    var idempotencyKey: String?

    @Option(help: "Whose event it is.")
    var tenant = "default"

    @OptionGroup var databaseFlags: DatabaseFlags

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let name = try usage { () throws(WebhookCore.ValidationError) in try EventName(event) }
        let bytes = try readData()
        let id = try await databaseFlags.withDatabase { client in
            try await dispatch(name, bytes, client)
        }
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("id")
            writer.string("\(id)")
            writer.endObject()
            StandardStreams.print(writer.bytes)
        } else {
            StandardStreams.print("\(id)")
        }
    }

    private func readData() throws -> [UInt8] {
        let bytes =
            if data == "-" {
                try InputFile.readStandardInput()
            } else if data.hasPrefix("@") {
                try InputFile.read(String(data.dropFirst()))
            } else {
                Array(data.utf8)
            }
        guard bytes.count <= Event.dataBytesMax else {
            throw UsageError(
                "the data has \(bytes.count) bytes, the limit is \(Event.dataBytesMax) (1 MiB)")
        }
        do throws(JSONError) {
            try JSONScanner.validate(bytes)
        } catch {
            throw UsageError("the data is no JSON: \(error)")
        }
        return bytes
    }

    private func dispatch(_ name: EventName, _ data: [UInt8], _ client: PostgresClient) async throws -> EventID {
        let statement = DispatchInSQL(name: name, data: data, idempotencyKey: idempotencyKey, tenant: tenant)
        do throws(PostgresError) {
            return try await statement.run(on: client)
        } catch .server(.invalidParameterValue, let message, _) {
            throw UsageError(message)
        }
    }
}
