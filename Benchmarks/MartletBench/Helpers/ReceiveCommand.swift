import ArgumentParser
import Glibc
import LoopbackReceiver

/// Takes deliveries and notes every one of them, until SIGTERM.
struct ReceiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive", abstract: "Takes requests and notes their ids.", shouldDisplay: false)

    @Option(help: "A file where others see how many requests have come.")
    var progress: String

    func run() throws {
        let log = ReceiverLog(progress: try SharedCounter(path: progress))
        let receiver = try LoopbackReceiver(recording: false) { log.reply(to: $0) }
        StandardOutput.print("listening on 127.0.0.1:\(receiver.port)")
        // The default action of SIGTERM ends the process.
        while true { pause() }
    }
}
