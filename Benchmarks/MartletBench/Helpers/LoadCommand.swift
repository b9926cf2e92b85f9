import ArgumentParser

/// Posts events over keep-alive connections and notes every one that was accepted.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Posts events and notes those accepted.", shouldDisplay: false)

    @Option var port: UInt16
    @Option var adminKey: String
    @Option var connections: Int
    @Option(help: "No request begins later, in milliseconds after the start.")
    var milliseconds: Int
    @Option(help: "Requests a second, evenly spaced; 0: a connection posts as soon as it has its answer.")
    var rate = 0
    @Option(help: "The number that the first event carries.")
    var firstNumber: Int64
    @Option(help: "How many event names take turns.")
    var eventNames = 1
    @Option var bytes = SampleEvent.bytesDefault
    @Option(help: "Push into this table instead, `id:secret`; several take turns.")
    var table: [String] = []
    @Option(help: "Where the records of the accepted requests go.")
    var records: String
    @Option(help: "The receiver's file: no request begins while `window` of those before have not been received.")
    var progress: String?
    @Option var window = 0

    func run() throws {
        let client = try LoadClient(
            port: port, connections: connections,
            request: request,
            pace: LoadPace(
                duration: Int64(milliseconds) * 1_000_000, rate: rate,
                received: try progress.map { try SharedCounter(path: $0) }, window: window),
            firstNumber: firstNumber)
        let summary = try client.run()
        try Records.write(client.records, to: records)
        StandardOutput.print(summary.line)
    }

    private var request: any LoadRequest {
        let tables = table.map { table in
            let parts = table.split(separator: ":", maxSplits: 1).map(String.init)
            return (id: parts[0], secret: parts[1])
        }
        return tables.isEmpty
            ? EventRequest(adminKey: adminKey, eventNames: eventNames, bytes: bytes)
            : PushRequest(tables: tables, bytes: bytes)
    }
}
