internal import CLibPQ

/// What a connection tells its owner. Called on the reactor thread; the owner must not close the connection inside.
protocol ConnectionOwner: AnyObject {
    /// Not called for operations that a lost connection leaves behind.
    func connection(
        _ connection: Connection, finished operation: Operation, with answer: Result<QueryResult, PostgresError>)
    func connection(_ connection: Connection, notifiedOn channel: String, payload: String)
    /// The connection is closed. What was `sent` may have taken effect; what was `unsent` has not.
    func connectionLost(_ connection: Connection, detail: String, sent: [Operation], unsent: [Operation])
    /// `flush` is to be called before the end of the turn.
    func connectionHasOutput(_ connection: Connection)
    /// `check` is to be called at `time` or soon after.
    func connection(_ connection: Connection, wantsCheckAt time: MonotonicTime)
}

/// One authenticated connection in pipeline mode: sends operations in order and matches the answers to them.
///
/// Each statement ends with a Sync of its own: it is one transaction, and an error leaves its neighbours alone.
///
/// `@unchecked Sendable` so that posted work can refer to it: every method runs on the reactor thread.
final class Connection: @unchecked Sendable {
    /// How long a statement nobody waits for any more may go on before it is cancelled: most end by themselves, and a
    /// cancel request costs the server a process.
    static let abandonedMax: Duration = .milliseconds(50)
    /// How long a cancelled statement may take to stop; then the connection is closed.
    static let cancelMax: Duration = .seconds(1)
    /// A statement that has been running for this long holds up those behind it noticeably.
    static let stallAfter: Duration = .milliseconds(10)

    private enum Mode { case pipeline, script }

    private struct CancelRequest {
        let target: Operation
        let since: MonotonicTime
        var isDelivered = false
    }

    let id: ConnectionID
    /// Belongs to a session.
    var isExclusive = false
    /// Counts cancel requests: tells a statement that was hit by a neighbour's request.
    private(set) var cancelCount = 0

    private let reactor: Reactor
    private unowned let owner: any ConnectionOwner
    private let notices: NoticeSink
    private var raw: OpaquePointer?
    private let descriptor: Int32
    private var watch: Reactor.WatchID?
    private var isWaitingToWrite = false

    private var mode = Mode.pipeline
    private var unsent = FIFO<Operation>()
    private var sent = FIFO<Operation>()
    /// Since when the first of `sent` has been the server's business.
    private var headSince = MonotonicTime.distantFuture
    private var cancelRequest: CancelRequest?
    private var statements = PreparedStatements()

    // Scratch space for libpq's parallel arrays.
    private var values: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [UInt32] = []

    /// - Returns: `nil` when the kernel refuses to watch the socket; `session` is then closed.
    init?(id: ConnectionID, session: ConnectedSession, reactor: Reactor, owner: any ConnectionOwner) {
        self.id = id
        self.reactor = reactor
        self.owner = owner
        notices = session.notices
        raw = session.raw
        descriptor = PQsocket(session.raw)
        watch = reactor.watch(descriptor) { [unowned self] readiness in self.handle(readiness) }
        if watch == nil {
            close()
            return nil
        }
    }

    deinit { close() }

    var isOpen: Bool { raw != nil }
    var isIdle: Bool { sent.isEmpty && unsent.isEmpty }
    var count: Int { sent.count + unsent.count }
    /// The head of the pipeline is something nobody waits for.
    var isAbandoned: Bool { sent.first?.isSettled ?? false }
    var isOutsideTransaction: Bool { raw.map { PQtransactionStatus($0) == PQTRANS_IDLE } ?? false }

    func isStalled(at now: MonotonicTime) -> Bool {
        cancelRequest != nil || (!sent.isEmpty && now > headSince + Self.stallAfter)
    }

    func enqueue(_ operation: Operation) {
        unsent.append(operation)
        pump()
    }

    /// Writes out what libpq has buffered, as far as the socket takes it.
    func flush() {
        guard let raw else { return }
        let result = PQflush(raw)
        guard result >= 0 else { return lose(message(of: raw)) }
        waitToWrite(result == 1)
    }

    /// Closes without telling the owner; what was under way is returned.
    @discardableResult
    func close() -> [Operation] {
        guard let raw else { return [] }
        self.raw = nil
        // Before `PQfinish`, which closes the descriptor: its number may at once belong to another socket.
        if let watch { reactor.unwatch(watch, descriptor: descriptor) }
        watch = nil
        withExtendedLifetime(notices) { PQfinish(raw) }
        return sent.takeAll() + unsent.takeAll()
    }

    // MARK: Time

    /// Answers callers whose deadline has passed, cancels what runs for nobody, and gives up on a server that does not
    /// react.
    ///
    /// - Returns: when to check again.
    func check(at now: MonotonicTime) -> MonotonicTime {
        var next = MonotonicTime.distantFuture
        let expire = { (operation: Operation) in
            guard !operation.isSettled else { return }
            if operation.deadline <= now {
                operation.settle(.failure(.timedOut(after: operation.timeout)))
            } else {
                next = min(next, operation.deadline)
            }
        }
        sent.forEach(expire)
        unsent.forEach(expire)
        return min(next, checkHead(at: now))
    }

    private func checkHead(at now: MonotonicTime) -> MonotonicTime {
        if let request = cancelRequest {
            let limit = request.since + Self.cancelMax
            guard now >= limit else { return limit }
            guard sent.first === request.target || sent.isEmpty else {
                // The target has ended, only the request itself hangs: others must not suffer for it.
                return now + Self.cancelMax
            }
            lose("a statement went on after its deadline and did not react to its cancellation")
            return .distantFuture
        }
        guard let head = sent.first, head.isSettled else { return .distantFuture }
        let cancelAt = headSince + Self.abandonedMax
        guard now >= cancelAt else { return cancelAt }
        cancelHead(head, at: now)
        return isOpen ? now + Self.cancelMax : .distantFuture
    }

    private func cancelHead(_ head: Operation, at now: MonotonicTime) {
        guard let raw else { return }
        cancelCount += 1
        cancelRequest = CancelRequest(target: head, since: now)
        let reactor = reactor
        let isSending = CancelTicket(for: raw)?.send { reactor.post { self.cancelDelivered(for: head) } } ?? false
        if !isSending { lose("a statement went on after its deadline and could not be cancelled") }
    }

    private func cancelDelivered(for target: Operation) {
        guard cancelRequest?.target === target else { return }
        cancelRequest?.isDelivered = true
        endCancelIfOver()
    }

    /// Nothing is sent while a cancel request may still arrive: it would hit the wrong statement.
    private func endCancelIfOver() {
        guard let request = cancelRequest, request.isDelivered, sent.first !== request.target else { return }
        cancelRequest = nil
        pump()
        if isAbandoned { owner.connection(self, wantsCheckAt: headSince + Self.abandonedMax) }
    }

    // MARK: Sending

    private func pump() {
        guard cancelRequest == nil, mode == .pipeline else { return }
        while isOpen, let next = unsent.first {
            if next.isSettled {
                // Timed out or cancelled before it was sent: it never will be.
                _ = unsent.popFirst()
                owner.connection(self, finished: next, with: .failure(.cancelled))
                continue
            }
            if case .script = next.work, !sent.isEmpty { return }
            guard sent.count < PoolState.loadMax else { return }
            _ = unsent.popFirst()
            if sent.isEmpty { headSince = .now }
            next.answer = nil
            next.isPreparing = false
            next.cancelsBefore = cancelCount
            next.sendCount += 1
            sent.append(next)
            guard let raw, send(next, over: raw) else {
                return lose(raw.map(message) ?? "closed")
            }
            owner.connectionHasOutput(self)
            if mode == .script { return }
        }
    }

    /// - Returns: `false` when libpq refuses, which means that the connection is broken.
    private func send(_ operation: Operation, over raw: OpaquePointer) -> Bool {
        switch operation.work {
        case .script(let sql):
            // The simple protocol does not exist in pipeline mode.
            guard PQexitPipelineMode(raw) == 1 else { return false }
            mode = .script
            return PQsendQuery(raw, sql) == 1
        case .plain(let sql):
            return PQsendQueryParams(raw, sql, 0, nil, nil, nil, nil, 1) == 1 && PQpipelineSync(raw) == 1
        case .prepared(let sql, let parameters):
            return send(sql, parameters, for: operation, over: raw) && PQpipelineSync(raw) == 1
        }
    }

    private func send(
        _ sql: String, _ parameters: Parameters, for operation: Operation, over raw: OpaquePointer
    ) -> Bool {
        let count = Int32(parameters.fields.count)
        switch statements.use(sql: sql, fields: parameters.fields) {
        case .execute(let name):
            return lend(parameters) { PQsendQueryPrepared(raw, name, count, values, lengths, formats, 1) } == 1
        case .prepare(let name):
            operation.isPreparing = true
            collectTypes(of: parameters)
            guard PQsendPrepare(raw, name, sql, count, types) == 1 else { return false }
            return lend(parameters) { PQsendQueryPrepared(raw, name, count, values, lengths, formats, 1) } == 1
        case .unprepared:
            collectTypes(of: parameters)
            return lend(parameters) { PQsendQueryParams(raw, sql, count, types, values, lengths, formats, 1) } == 1
        }
    }

    private func collectTypes(of parameters: Parameters) {
        types.removeAll(keepingCapacity: true)
        for field in parameters.fields { types.append(field.type) }
    }

    /// Fills the scratch arrays with pointers into the parameters' buffer, valid inside `body`.
    private func lend<T>(_ parameters: Parameters, _ body: () -> T) -> T {
        values.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        while formats.count < parameters.fields.count { formats.append(1) }
        return parameters.bytes.withUnsafeBytes { buffer in
            // An empty value needs a pointer too: null means NULL.
            let base = buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            for field in parameters.fields {
                let start = field.length < 0 ? nil : base.map { $0 + field.offset }
                values.append(start?.assumingMemoryBound(to: CChar.self))
                lengths.append(max(0, field.length))
            }
            return body()
        }
    }

    // MARK: Receiving

    private func handle(_ readiness: Reactor.Readiness) {
        if readiness.isReadable { receive() }
        // After reading too: libpq wants a flush whenever a blocked socket has become readable.
        if isWaitingToWrite { flush() }
    }

    private func receive() {
        guard let raw else { return }
        guard PQconsumeInput(raw) == 1 else {
            // What the server said before it closed the connection is still in libpq's buffer.
            collectResults()
            if self.raw != nil { lose(message(of: raw)) }
            return
        }
        collectResults()
        deliverNotifications()
    }

    private func collectResults() {
        var emptyCount = 0
        while let raw, !sent.isEmpty, PQisBusy(raw) == 0 {
            if let result = QueryResult(adopting: PQgetResult(raw)) {
                emptyCount = 0
                accept(result)
            } else if PQstatus(raw) == CONNECTION_BAD {
                // A dead connection answers nil for ever.
                return lose(message(of: raw))
            } else if mode == .script {
                finishScript(over: raw)
            } else {
                // One nil ends each statement's results; a second in a row means that nothing has arrived yet.
                emptyCount += 1
                if emptyCount > 1 { return }
            }
        }
    }

    private func accept(_ result: QueryResult) {
        guard let head = sent.first else { return }
        switch result.status {
        case PGRES_PIPELINE_SYNC:
            finishHead()
        case PGRES_COMMAND_OK where head.isPreparing:
            head.isPreparing = false
            statements.confirm(sql: head.sql)
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            if case .failure = head.answer { return }
            head.answer = .success(result)
        case PGRES_PIPELINE_ABORTED:
            return  // what follows an error within the same statement; the error itself is kept
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
            acceptError(result.serverMessage, for: head)
        default:
            lose("the answer has status \(result.status.rawValue); COPY is not supported")
        }
    }

    private func acceptError(_ message: ServerMessage, for head: Operation) {
        guard !message.isFatal else { return lose(message.shownText) }
        if head.isPreparing || message.state == .invalidStatementName || message.state == .featureNotSupported {
            head.isPreparing = false
            statements.forget(sql: head.sql)
        }
        if case .failure = head.answer { return }
        head.answer = .failure(message.error)
    }

    private func finishScript(over raw: OpaquePointer) {
        guard PQenterPipelineMode(raw) == 1 else { return lose(message(of: raw)) }
        mode = .pipeline
        finishHead()
    }

    private func finishHead() {
        guard let answer = sent.first?.answer else { return lose("the server ended a statement without an answer") }
        guard let head = sent.popFirst() else { return }
        headSince = .now
        owner.connection(self, finished: head, with: answer)
        endCancelIfOver()
        pump()
        if isAbandoned { owner.connection(self, wantsCheckAt: headSince + Self.abandonedMax) }
    }

    private func deliverNotifications() {
        while let raw, let notification = PQnotifies(raw) {
            defer { PQfreemem(notification) }
            let channel = String(cString: notification.pointee.relname)
            let payload = String(cString: notification.pointee.extra)
            owner.connection(self, notifiedOn: channel, payload: payload)
        }
    }

    // MARK: Ending

    private func lose(_ detail: String) {
        guard isOpen else { return }
        let sent = sent.takeAll()
        let unsent = unsent.takeAll()
        close()
        owner.connectionLost(self, detail: detail, sent: sent, unsent: unsent)
    }

    private func waitToWrite(_ isNeeded: Bool) {
        guard isNeeded != isWaitingToWrite, let watch else { return }
        isWaitingToWrite = isNeeded
        reactor.setInterest(watch, of: descriptor, inWriting: isNeeded)
    }

    private func message(of raw: OpaquePointer) -> String {
        let text = PQerrorMessage(raw).map { ServerMessage.oneLine(String(cString: $0)) } ?? ""
        return text.isEmpty ? "the connection broke" : text
    }
}
