import ArgumentParser
import CLibCurl

/// Sends requests as fast as libcurl can: the ceiling of every worker that uses it.
struct BareSendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-send", abstract: "A bare libcurl loop.", shouldDisplay: false)

    @Option var url: String
    @Option var count: Int
    @Option var inFlight: Int
    @Option(help: "The number that the first request carries, in its id and in its payload.")
    var firstNumber: Int64
    @Option var bytes = SampleEvent.bytesDefault

    func run() throws {
        let processorTime = MonotonicClock.processorTime
        let startedAt = MonotonicClock.now
        let failed = try BareSender(url: url, inFlight: inFlight, bytes: bytes)
            .send(count, firstNumber: firstNumber)
        StandardOutput.print(
            Summary([
                "sent": Int64(count), "failed": Int64(failed), "elapsed_ns": MonotonicClock.now - startedAt,
                "cpu_ns": MonotonicClock.processorTime - processorTime,
            ]).line)
    }
}

/// A libcurl multi loop with nothing in it but transfers. Confined to one thread.
private final class BareSender {
    private let multi: UnsafeMutableRawPointer
    private let transfers: [BareTransfer]

    init(url: String, inFlight: Int, bytes: Int) throws {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init() else {
            throw HelperError("libcurl does not start")
        }
        self.multi = multi
        clibcurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, max(512, inFlight * 2))
        transfers = try (0..<inFlight).map { index in
            let transfer = try BareTransfer(url: url, bytes: bytes)
            clibcurl_set_pointer(transfer.easy, CURLOPT_PRIVATE, UnsafeRawPointer(bitPattern: index + 1))
            return transfer
        }
    }

    deinit { curl_multi_cleanup(multi) }

    /// - Returns: how many were not answered with 200.
    func send(_ count: Int, firstNumber: Int64) throws -> Int {
        var begun = 0
        var ended = 0
        var failed = 0

        func begin(_ transfer: BareTransfer) {
            guard begun < count else { return }
            let number = firstNumber + Int64(begun)
            transfer.set(id: number, number: number)
            curl_multi_add_handle(multi, transfer.easy)
            begun += 1
        }

        for transfer in transfers { begin(transfer) }
        while ended < count {
            var running: CInt = 0
            curl_multi_perform(multi, &running)
            var left: CInt = 0
            while let message = curl_multi_info_read(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE else { continue }
                let result = message.pointee.data.result
                var context: UnsafeMutableRawPointer?
                clibcurl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
                let transfer = transfers[Int(bitPattern: context) - 1]
                if result != CURLE_OK || transfer.status != 200 { failed += 1 }
                ended += 1
                curl_multi_remove_handle(multi, transfer.easy)
                begin(transfer)
            }
            guard ended < count else { break }
            guard curl_multi_poll(multi, nil, 0, 1_000, nil) == CURLM_OK else {
                throw HelperError("curl_multi_poll failed")
            }
        }
        return failed
    }
}
