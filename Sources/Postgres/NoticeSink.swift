internal import CLibPQ
internal import Logging

/// Where the server's notices go: the log, at debug. libpq's own default writes them to stderr.
final class NoticeSink: Sendable {
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// The caller keeps this sink alive for as long as `connection` exists.
    func attach(to connection: OpaquePointer) {
        PQsetNoticeReceiver(connection, receiveNotice, Unmanaged.passUnretained(self).toOpaque())
    }

    fileprivate func receive(_ result: OpaquePointer) {
        func field(_ code: UnicodeScalar) -> String {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) } ?? ""
        }
        let state = SQLState(rawValue: field("C"))
        let message = ServerMessage.withoutValues(field("M"), state: state)
        logger.debug(
            "PostgreSQL notice",
            metadata: ["severity": "\(field("V"))", "sqlstate": "\(state)", "message": "\(message)"])
    }
}

/// libpq calls this on whichever thread drives the connection, and clears the result itself. `context` is the sink,
/// unretained: the owner of the connection keeps it.
private let receiveNotice: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { context, result in
    guard let context, let result else { return }
    Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().receive(result)
}
