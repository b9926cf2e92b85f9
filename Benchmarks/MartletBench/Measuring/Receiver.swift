import Curl
import Glibc

/// The process that deliveries go to.
struct Receiver: Sendable {
    let program: ChildProgram
    let port: UInt16
    let progressFile: String
    private let progress: SharedCounter
    private let curl = CurlClient(configuration: CurlConfiguration { _ in true })

    static func start(_ bench: Bench) async throws -> Receiver {
        let file = "\(bench.directory)/\(await bench.newName("progress"))"
        let progress = try SharedCounter(path: file)
        let program = try await ChildProgram.start(
            "receiver", executable: bench.programs.bench, arguments: ["receive", "--progress", file])
        return Receiver(
            program: program, port: try await program.listeningPort(), progressFile: file, progress: progress)
    }

    private init(program: ChildProgram, port: UInt16, progressFile: String, progress: SharedCounter) {
        (self.program, self.port, self.progressFile, self.progress) = (program, port, progressFile, progress)
    }

    /// Answers 200 at once.
    var url: String { url(.plain) }

    func url(_ behaviour: ReceiverBehaviour) -> String { "http://127.0.0.1:\(port)\(behaviour.path)" }

    /// Requests since the last `reset`.
    var count: Int { progress.count }

    /// Waits for so many requests.
    ///
    /// - Returns: whether they came within `limit`.
    /// - Throws: when none has come for `patience`.
    @discardableResult
    func wait(
        for count: Int, atMost limit: Duration = .seconds(600), patience: Duration = .seconds(15)
    ) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        var last = (count: self.count, at: ContinuousClock.now)
        while self.count < count {
            try await Task.sleep(for: .milliseconds(5))
            let now = ContinuousClock.now
            if self.count != last.count { last = (self.count, now) }
            guard now - last.at < patience else {
                throw HelperError("\(self.count) of \(count) deliveries came, then none for \(patience)")
            }
            guard now < deadline else { return false }
        }
        return true
    }

    func reset() async throws {
        _ = try await post(ReceiverLog.resetPath)
    }

    /// In the order in which they came.
    func records() async throws -> [ReceivedRecord] {
        Records.decode(try await post(ReceiverLog.ledgerPath))
    }

    func stop() async {
        await curl.shutdown(grace: .zero)
        await program.stop()
        unlink(progressFile)
    }

    private func post(_ path: String) async throws -> [UInt8] {
        let (result, _) = await curl.send(
            HTTPRequest(url: "http://127.0.0.1:\(port)\(path)", timeout: .seconds(30), responseBytesMax: 1 << 30))
        return try result.get().body
    }
}

extension [ReceivedRecord] {
    /// Requests a second, from the first to the last.
    var rate: Double {
        guard let first = first?.receivedAt, let last = last?.receivedAt, last > first else { return 0 }
        return Double(count - 1) * 1e9 / Double(last - first)
    }

    /// Requests a second in the last so many nanoseconds.
    func rate(inLast nanoseconds: Int64) -> Double {
        guard let last = last?.receivedAt else { return 0 }
        return filter { $0.receivedAt > last - nanoseconds }.rate
    }

    /// The most requests that had come and were not answered, when every answer takes `delay` nanoseconds.
    func inFlightMax(delay: Int64) -> Int {
        var oldest = startIndex
        var most = 0
        for index in indices {
            while self[oldest].receivedAt <= self[index].receivedAt - delay { oldest += 1 }
            most = Swift.max(most, index - oldest + 1)
        }
        return most
    }
}
