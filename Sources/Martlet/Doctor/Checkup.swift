import Curl
import GatewayRuntime
import Postgres
import WebhookCore
import WebhookStore

/// Asks for the facts, one question after the other; what cannot be asked is a finding too.
struct Checkup {
    let client: PostgresClient
    let subscriptions: SubscriptionStore
    let bootstrapKeyIsSet: Bool
    let ingest: ListenAddress
    /// `nil`: the worker is told to serve nowhere.
    let worker: ListenAddress?

    private static let pageSize = 500

    func findings() async -> [Finding] {
        let diagnosis = DiagnosisStore(client)
        var findings: [Finding] = []
        findings += await finding("database") {
            let start = Timestamp.now
            let facts = try await diagnosis.server()
            // The server read its clock between the two.
            let skew = max(.zero, start - facts.time, facts.time - Timestamp.now)
            return [Judgement.server(facts), Judgement.clock(skew: skew)]
        }
        let schema = await finding("schema") { [Judgement.schema(try await Migrator(client).schemaAge())] }
        findings += schema
        // Questions about another schema have no answers worth reading.
        if schema.allSatisfy({ $0.level != .fail }) {
            findings += await finding("partitions") { Judgement.partitions(try await diagnosis.partitions()) }
            findings += await finding("API keys") {
                [Judgement.adminKeys(try await diagnosis.adminKeys(), bootstrapKeyIsSet: bootstrapKeyIsSet)]
            }
            findings += await finding("master key") { [try await masterKey()] }
            findings += await finding("workers") { [Judgement.workers(try await diagnosis.workers())] }
            findings += await finding("queue") {
                let facts = try await diagnosis.queue()
                return [Judgement.leases(facts), Judgement.backlog(facts)]
            }
        }
        return findings + (await listeners())
    }

    private func finding(_ place: String, _ ask: () async throws -> [Finding]) async -> [Finding] {
        do {
            return try await ask()
        } catch {
            return [
                .fail(place, "\(error)", advice: "connect as the owner of the schema, and see the database's log")
            ]
        }
    }

    private func masterKey() async throws -> Finding {
        var count = 0
        var unreadable: [SubscriptionID] = []
        var last: SubscriptionID?
        while true {
            let page = try await subscriptions.list(tenant: nil, after: last, limit: Self.pageSize)
            count += page.count
            unreadable += page.filter { !subscriptions.canOpen($0) }.map(\.id)
            last = page.last?.id
            if page.count < Self.pageSize { return Judgement.masterKey(unreadable: unreadable, of: count) }
        }
    }

    private func listeners() async -> [Finding] {
        // The addresses are our own servers'.
        let http = CurlClient(configuration: CurlConfiguration { _ in true })
        var findings: [Finding] = []
        for (name, address) in [("ingest-server", ingest), ("delivery-worker", worker)] {
            guard let reachable = address?.reachable else { continue }
            // Whatever it answers, it serves.
            let (result, _) = await http.send(HTTPRequest(url: "http://\(reachable)/livez", timeout: .seconds(3)))
            let answers = if case .success = result { true } else { false }
            findings.append(Judgement.listener(name, at: "\(reachable)", answers: answers))
        }
        await http.shutdown(grace: .zero)
        return findings
    }
}
