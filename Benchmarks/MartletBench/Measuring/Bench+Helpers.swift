import Glibc

extension Bench {
    /// Starts the HTTP server that does nothing, or nothing but store bodies in this database.
    func startCeilingServer(storingIn database: String? = nil) async throws -> (program: ChildProgram, port: UInt16) {
        let store = database.map { ["--database-url", server.url(database: $0)] } ?? []
        let program = try await ChildProgram.start(
            "server", executable: programs.bench, arguments: ["ceiling-server"] + store)
        return (program, try await program.listeningPort())
    }

    /// Posts events and waits for the end of it.
    ///
    /// - Parameters:
    ///   - rate: a second; 0: as fast as the answers come.
    ///   - receiver: with a window: events that may be between both ends.
    ///   - bytes: of the data of an event, or of a push.
    ///   - tables: push into these instead of posting events.
    nonisolated func load(
        port: UInt16, connections: Int, milliseconds: Int, rate: Int = 0, eventNames: Int = 1,
        receiver: Receiver? = nil, window: Int = 0, bytes: Int = SampleEvent.bytesDefault,
        tables: [(id: String, secret: String)] = []
    ) async throws -> LoadResult {
        // No client sends a hundred thousand a second.
        let numbersMax = Int64(milliseconds) * 100 + 1_000
        let first = await takeNumbers(numbersMax)
        let file = "\(directory)/\(await newName("sent"))"
        defer { unlink(file) }
        var arguments = [
            "load", "--port", "\(port)", "--admin-key", Gateway.adminKey, "--connections", "\(connections)",
            "--milliseconds", "\(milliseconds)", "--rate", "\(rate)", "--first-number", "\(first)",
            "--event-names", "\(eventNames)", "--records", file, "--bytes", "\(bytes)",
        ]
        for table in tables { arguments += ["--table", "\(table.id):\(table.secret)"] }
        if let receiver { arguments += ["--progress", receiver.progressFile, "--window", "\(window)"] }
        let client = try await ChildProgram.start("client", executable: programs.bench, arguments: arguments)
        let summary = try await client.summary()
        guard summary["refused"] == 0, summary["failed"] == 0 else {
            throw HelperError(
                "of \(summary["sent"]) events \(summary["refused"]) were refused "
                    + "(first with \(summary["refused_status"])) and \(summary["failed"]) not answered")
        }
        return LoadResult(summary: summary, records: try Records.read(SentRecord.self, from: file))
    }

    /// Sends requests with nothing but libcurl. Their ids are numbers of this run.
    nonisolated func sendBare(_ count: Int, inFlight: Int, to receiver: Receiver) async throws
        -> (summary: Summary, rate: Double)
    {
        let first = await takeNumbers(Int64(count))
        try await receiver.reset()
        let sender = try await ChildProgram.start(
            "bare-send", executable: programs.bench,
            arguments: [
                "bare-send", "--url", receiver.url, "--count", "\(count)", "--in-flight", "\(inFlight)",
                "--first-number", "\(first)",
            ])
        let summary = try await sender.summary()
        guard summary["failed"] == 0 else { throw HelperError("\(summary["failed"]) bare requests failed") }
        let received = try await receiver.records()
        await compare(
            "bare libcurl, \(inFlight) in flight", expected: Array(first..<first + Int64(count)),
            found: received.map(\.deliveryID))
        return (summary, received.rate)
    }
}
