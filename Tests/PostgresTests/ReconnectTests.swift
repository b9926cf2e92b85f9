import Glibc
import Postgres
import PrivatePostgres
import Synchronization
import Testing
import TestSupport

/// The server goes away and comes back; the client stays.
struct ReconnectTests {
    @Test func `a terminated backend fails its statements, and the next call works`() async throws {
        try await withDatabase { url in
            let configuration = PostgresConfiguration(url: url, connectionsMax: 1)
            try await withClient(configuration) { client in
                try await withClient(configuration) { other in
                    let backend = try await client.execute(BackendID())[0]
                    let calls = (0..<5).map { _ in Task { try await client.execute(Sleep(seconds: 60)) } }
                    try await eventually("a statement is running") {
                        try await other.execute(CountSleepers()) == [1]
                    }
                    #expect(try await other.execute(TerminateBackend(backend: backend)) == [true])
                    for call in calls {
                        let error = await postgresError { _ = try await call.value }
                        guard case .connectionLost = error else {
                            Issue.record("\(String(describing: error)) instead of connectionLost")
                            continue
                        }
                    }
                    #expect(try await client.execute(AddOne(value: 1)) == [2])
                    #expect(try await client.execute(BackendID()) != [backend])
                }
            }
        }
    }

    @Test func `calls fail by their deadline while the server is stopped and work after it has started`() async throws {
        try await withDedicatedServer { server in
            try await withClient(PostgresConfiguration(url: server.url())) { client in
                #expect(try await client.execute(AddOne(value: 1)) == [2])
                await server.stop()
                for _ in 0..<3 {
                    let (error, duration) = await timed {
                        await postgresError {
                            try await client.execute(AddOne(value: 1), deadline: .milliseconds(300))
                        }
                    }
                    guard case .connectionLost(let detail) = error else {
                        Issue.record("\(String(describing: error)) instead of connectionLost")
                        continue
                    }
                    #expect(detail.contains("connection to server"))
                    #expect(duration < .patience)
                }
                try await server.start()
                #expect(try await client.execute(AddOne(value: 1), deadline: .seconds(5)) == [2])
            }
        }
    }

    @Test func `an immediate stop in the middle of statements answers every caller`() async throws {
        try await withDedicatedServer { server in
            try await withClient(PostgresConfiguration(url: server.url())) { client in
                try await client.withSession { try await $0.script(Items.script) }
                let stop = StopFlag()
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for caller in 0..<20 {
                        group.addTask {
                            var acknowledged = 0
                            while !stop.isRaised {
                                let id = Int64(acknowledged * 100 + caller + 1)
                                do {
                                    try await client.execute(Items.Insert(id: id), deadline: .seconds(20))
                                    acknowledged += 1
                                } catch PostgresError.server(.uniqueViolation, _, _) {
                                    acknowledged += 1  // lost the answer, not the row
                                } catch let error as PostgresError where error.isTransient {
                                    continue
                                }
                            }
                            return acknowledged
                        }
                    }
                    try await eventually("there is work under way") {
                        try await client.execute(Items.Count(), deadline: .seconds(5))[0] > 200
                    }
                    try await server.restart(.immediate)
                    let count = try await client.execute(Items.Count(), deadline: .seconds(20))[0]
                    try await eventually("work goes on") {
                        try await client.execute(Items.Count(), deadline: .seconds(5))[0] > count + 200
                    }
                    stop.raise()
                    var acknowledged = 0
                    for try await count in group { acknowledged += count }
                    #expect(try await client.execute(Items.Count()) == [Int64(acknowledged)])
                }
            }
        }
    }

    @Test func `a frozen server costs a caller no more than its deadline`() async throws {
        try await withDedicatedServer { server in
            try await withClient(PostgresConfiguration(url: server.url(), connectionsMax: 1)) { client in
                let backend = try await client.execute(BackendID())[0]
                let postmaster = try #require(await server.processIdentifier)
                kill(postmaster, SIGSTOP)
                kill(backend, SIGSTOP)
                let (error, duration) = await timed {
                    await postgresError {
                        try await client.execute(AddOne(value: 1), deadline: .milliseconds(300))
                    }
                }
                #expect(error == .timedOut(after: .milliseconds(300)))
                #expect(duration < .patience)
                // The connection is given up (the cancellation goes unheard), and a new one gets no answer either.
                let later = await timed {
                    await postgresError { try await client.execute(AddOne(value: 1), deadline: .seconds(4)) }
                }
                #expect(later.result != nil)
                #expect(later.duration < .patience)
                kill(backend, SIGCONT)
                kill(postmaster, SIGCONT)
                #expect(try await client.execute(AddOne(value: 1), deadline: .seconds(10)) == [2])
            }
        }
    }

    @Test func `a host that does not answer is passed over for the next of the URL`() async throws {
        let dead = try freePort()
        try await withDedicatedServer(options: PrivatePostgresOptions(listensOnTCP: true, isScratch: true)) { server in
            let url = try #require(server.tcpURL())
            let twoHosts = url.replacing("@127.0.0.1:", with: "@127.0.0.1:\(dead),127.0.0.1:", maxReplacements: 1)
            try await withClient(PostgresConfiguration(url: twoHosts + "?target_session_attrs=read-write")) {
                client throws in
                #expect(try await client.execute(AddOne(value: 1), deadline: .seconds(5)) == [2])
            }
        }
    }

    @Test func `a host that swallows everything is passed over after the connect timeout`() async throws {
        let silent = try SilentListener()
        defer { silent.close() }
        try await withDedicatedServer(options: PrivatePostgresOptions(listensOnTCP: true, isScratch: true)) { server in
            let url = try #require(server.tcpURL())
            let twoHosts = url.replacing(
                "@127.0.0.1:", with: "@127.0.0.1:\(silent.port),127.0.0.1:", maxReplacements: 1)
            let configuration = PostgresConfiguration(url: twoHosts, connectTimeout: .milliseconds(300))
            try await withClient(configuration) { client throws in
                #expect(try await client.execute(AddOne(value: 1), deadline: .seconds(5)) == [2])
            }
        }
    }

    @Test func `a server that never answers costs a caller no more than its deadline`() async throws {
        let silent = try SilentListener()
        defer { silent.close() }
        let url = "postgresql://user@127.0.0.1:\(silent.port)/database"
        try await withClient(PostgresConfiguration(url: url, connectTimeout: .seconds(120))) { client in
            let (error, duration) = await timed {
                await postgresError { try await client.execute(AddOne(value: 1), deadline: .milliseconds(300)) }
            }
            #expect(error == .timedOut(after: .milliseconds(300)))
            #expect(duration < .patience)
        }
    }

    @Test func `a wrong URL is an error of every call, not a crash`() async throws {
        let configuration = PostgresConfiguration(url: "postgresql://user:secret@host:5432/%zz")
        let invalid = #expect(throws: PostgresError.self) { try configuration.validate() }
        #expect(!String(describing: invalid).contains("secret"))
        try await withClient(configuration) { client in
            let error = await postgresError {
                try await client.execute(AddOne(value: 1), deadline: .milliseconds(200))
            }
            guard case .connectionLost(let detail) = error else {
                Issue.record("\(String(describing: error)) instead of connectionLost")
                return
            }
            #expect(detail.contains("invalid PostgreSQL URL"))
        }
    }

    @Test func `a write that meets a read-only server gets a new connection next time`() async throws {
        try await withClient(connectionsMax: 1, script: Items.script) { client in
            let before = try await client.execute(BackendID())
            try await client.execute(BecomeReadOnly())
            let error = await postgresError { try await client.execute(Items.Insert(id: 1)) }
            #expect(error?.state == .readOnlyTransaction)
            #expect(try await client.affectedRows(by: Items.Insert(id: 1)) == 1)
            #expect(try await client.execute(BackendID()) != before)
        }
    }
}

private struct BecomeReadOnly: Statement {
    static let sql = "SELECT pg_catalog.set_config('default_transaction_read_only', 'on', false)"
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private final class StopFlag: Sendable {
    private let value = Atomic(false)
    var isRaised: Bool { value.load(ordering: .relaxed) }
    func raise() { value.store(true, ordering: .relaxed) }
}

/// Accepts connections (the kernel does) and never says a word.
private final class SilentListener: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.bindMemory(to: sockaddr.self).baseAddress
            return bind(descriptor, pointer, length) == 0 && listen(descriptor, 16) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
        guard result else { throw Failure(code: errno) }
        port = UInt16(bigEndian: address.sin_port)
    }

    func close() { Glibc.close(descriptor) }

    struct Failure: Error { let code: Int32 }
}
