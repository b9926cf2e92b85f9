internal import CLibPQ
internal import Glibc
internal import Logging
internal import Synchronization

/// Opens one connection on a thread of its own: name resolution, TLS and password hashing take their time there and
/// not on the reactor.
final class Connector: Sendable {
    /// `failure` is one line for people: what went wrong at the host tried last.
    enum Outcome: Sendable {
        case success(ConnectedSession)
        case failure(String)
    }

    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let isAbandoned = Atomic(false)

    init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Calls `completion` exactly once, on the connecting thread (on the calling one when none can be made). Takes at most the connect timeout for each host, plus
    /// what the system's resolver takes.
    func start(completion: @escaping @Sendable (Outcome) -> Void) {
        let hasThread = HelperThread.start { completion(self.connect()) }
        if !hasThread { completion(.failure("no thread to connect on")) }
    }

    /// The attempt ends soon, with a failure.
    func abandon() { isAbandoned.store(true, ordering: .relaxed) }

    private func connect() -> Outcome {
        let plan: ConnectPlan
        do throws(PostgresError) {
            let options = try ConnectionOptions(parsing: configuration.url)
            plan = ConnectPlan(options: options, defaults: .defaults(), configuration: configuration)
        } catch {
            return .failure("\(error)")
        }
        var failures: [String] = []
        for options in plan.attempts {
            switch attempt(options) {
            case .success(let session): return .success(session)
            case .failure(let detail): failures.append(detail)
            }
        }
        return .failure(failures.joined(separator: "; "))
    }

    private func attempt(_ options: ConnectionOptions) -> Outcome {
        let deadline = MonotonicTime.now + configuration.connectTimeout
        guard let raw = Self.begin(options) else { return .failure("out of memory") }
        let notices = NoticeSink(logger: logger)
        notices.attach(to: raw)
        let failure = withExtendedLifetime(notices) { poll(raw, until: deadline) ?? prepare(raw) }
        guard let failure else { return .success(ConnectedSession(raw: raw, notices: notices)) }
        withExtendedLifetime(notices) { PQfinish(raw) }
        return .failure(failure)
    }

    private static func begin(_ options: ConnectionOptions) -> OpaquePointer? {
        // Copies, because libpq wants two arrays of C strings that end with a null pointer.
        let pairs = options.values.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (keyword, value) in pairs {
                free(keyword)
                free(value)
            }
        }
        let keywords = pairs.map { UnsafePointer($0.0) } + [nil]
        let values = pairs.map { UnsafePointer($0.1) } + [nil]
        return PQconnectStartParams(keywords, values, 0)
    }

    /// Drives the handshake to its end; `nil` when connected, else what went wrong.
    private func poll(_ raw: OpaquePointer, until deadline: MonotonicTime) -> String? {
        if PQstatus(raw) == CONNECTION_BAD { return Self.message(of: raw) }
        var wanted = PGRES_POLLING_WRITING  // what libpq prescribes for the first wait
        while true {
            guard !isAbandoned.load(ordering: .relaxed) else { return "abandoned" }
            let now = MonotonicTime.now
            guard now < deadline else {
                let host = PQhost(raw).map { String(cString: $0) } ?? ""
                return "\(host.isEmpty ? "server" : host) did not answer within \(configuration.connectTimeout)"
            }
            var descriptor = pollfd(
                fd: PQsocket(raw), events: Int16(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT), revents: 0)
            // In slices, so that an abandoned attempt ends soon.
            let slice = min(deadline.millisecondsRoundedUp(from: now), 100)
            guard Glibc.poll(&descriptor, 1, slice) > 0 else { continue }
            wanted = PQconnectPoll(raw)
            switch wanted {
            case PGRES_POLLING_OK: return nil
            case PGRES_POLLING_FAILED: return Self.message(of: raw)
            default: continue
            }
        }
    }

    private func prepare(_ raw: OpaquePointer) -> String? {
        guard PQsetnonblocking(raw, 1) == 0, PQenterPipelineMode(raw) == 1 else { return Self.message(of: raw) }
        return nil
    }

    private static func message(of raw: OpaquePointer) -> String {
        PQerrorMessage(raw).map { ServerMessage.oneLine(String(cString: $0)) } ?? "unknown error"
    }
}
