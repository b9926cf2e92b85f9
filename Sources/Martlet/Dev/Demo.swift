import Curl
import GatewayCrypto
import GatewayAPI
import GatewayRuntime
import JSONFilter
import Postgres
import WebhookCore
import WebhookStore

/// One sample event, from its acceptance over HTTP to its row in SQL.
struct Demo: Sendable {
    let ingest: ListenAddress
    let adminKey: Secret
    let subscription: DemoSubscription
    let database: PostgresClient

    /// From the event's acceptance to its verified delivery.
    private static let arrivalMax: Duration = .seconds(30)
    private static let pollInterval: Duration = .milliseconds(10)

    /// - Throws: ``CommandError`` when the event is not accepted, does not arrive, or arrives with a signature that does
    ///   not verify.
    func run() async throws {
        let event = try await dispatch()
        let deliveryID = try await findDelivery(of: event)
        do {
            try await within(Self.arrivalMax, "the delivery did not arrive") { try await receive(deliveryID) }
            try await within(Self.arrivalMax, "the delivery was not recorded") { try await waitForRecord(of: event) }
        } catch let error as CommandError {
            throw CommandError("\(error); \(await whatTheDatabaseKnows(of: event))")
        }
        try await printRow(of: event, deliveryID)
    }

    /// Posts the event as any application would.
    private func dispatch() async throws -> EventID {
        let body = sampleEvent()
        let url = "http://\(ingest.reachable)/v1/events"
        StandardStreams.print("\n1. POST \(url)\n   \(body)")
        // The address is our own server's.
        let client = CurlClient(configuration: CurlConfiguration { _ in true })
        let (result, _) = await client.send(
            HTTPRequest(
                url: url,
                headers: [
                    (name: "Authorization", value: "Bearer \(adminKey.value)"),
                    (name: "Content-Type", value: "application/json"),
                ],
                body: Array(body.utf8)))
        await client.shutdown(grace: .zero)
        let response: HTTPResponse
        do throws(TransferFailure) {
            response = try result.get()
        } catch {
            throw CommandError("ingest-server did not answer: \(error)")
        }
        let answer = String(decoding: response.body, as: UTF8.self)
        guard response.status == 202, let id = Self.eventID(in: response.body) else {
            throw CommandError("ingest-server answered \(response.status) instead of 202: \(answer)")
        }
        StandardStreams.print("   \(response.status) \(answer)")
        return id
    }

    /// Numbers and order of this sample are worth a look at the other end.
    private func sampleEvent() -> String {
        let order = SecureRandom.text(8)
        return #"{"event":"demo.order.created","data":{"order":"\#(order)","total":19.90,"note":"¡hola!"}}"#
    }

    private static func eventID(in body: [UInt8]) -> EventID? {
        (try? JSONValue(parsing: body))?.member(named: "id")?.stringValue.flatMap(EventID.init)
    }

    private func findDelivery(of event: EventID) async throws -> DeliveryID {
        guard let delivery = try await queued(event) else {
            throw CommandError("the event \(event) made no delivery for the subscription \(subscription.id)")
        }
        return delivery.id
    }

    private func queued(_ event: EventID) async throws -> QueuedDelivery? {
        let found = try await EventStore(database).find(event, tenant: DemoSubscription.tenant)
        return found?.deliveries.first { $0.subscriptionID == subscription.id }
    }

    /// Waits for that delivery; others, left from an earlier run, are answered and passed over.
    private func receive(_ delivery: DeliveryID) async throws {
        for await webhook in subscription.receiver.webhooks where webhook.deliveryID == "\(delivery)" {
            StandardStreams.print("\n2. The receiver got\n\(Self.request(webhook))")
            if case .refused(let error) = webhook.verification {
                throw CommandError("the receiver refused the delivery \(delivery): \(error)")
            }
            StandardStreams.print("   ✓ signature verified (profile \(subscription.profile.rawValue))")
            return
        }
        throw CancellationError()
    }

    /// The request as it came.
    private static func request(_ webhook: ReceivedWebhook) -> String {
        let head = ["POST \(webhook.target)"] + webhook.headers.map { "\($0.name): \($0.value)" }
        let lines = head + ["", String(decoding: webhook.body, as: UTF8.self)]
        return lines.map { TerminalText.line($0.isEmpty ? "" : "   \($0)") }.joined(separator: "\n")
    }

    /// The worker records a moment after the receiver has answered.
    private func waitForRecord(of event: EventID) async throws {
        while try await queued(event)?.status != "delivered" {
            try await Task.sleep(for: Self.pollInterval)
        }
    }

    private func printRow(of event: EventID, _ delivery: DeliveryID) async throws {
        guard let queued = try await queued(event),
            let attempt = try await AttemptStore(database).attempts(of: delivery).last
        else { throw CommandError("the delivery \(delivery) is missing in SQL") }
        var table = Table(
            ["delivery", "subscription", "status", "attempt", "response_code", "duration_ms"], empty: "no row")
        table.rows = [
            [
                "\(delivery)", "\(queued.subscriptionID)", queued.status, "\(attempt.number)",
                attempt.responseCode.map(String.init) ?? "none",
                "\(attempt.duration.components.attoseconds / 1_000_000_000_000_000)",
            ]
        ]
        StandardStreams.print("\n3. In SQL (webhook_queue, webhook_deliveries)")
        for line in table.text.split(separator: "\n") { StandardStreams.print("   \(line)") }
    }

    private func whatTheDatabaseKnows(of event: EventID) async -> String {
        do {
            guard let queued = try await queued(event) else { return "it is not in the queue any more" }
            return "in the queue: status \(queued.status), error \(queued.error ?? "none")"
        } catch {
            return "and the database cannot be asked: \(error)"
        }
    }
}
