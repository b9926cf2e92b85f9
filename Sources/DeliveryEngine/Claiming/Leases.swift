internal import Logging
internal import Postgres
internal import WebhookCore
internal import WebhookStore

/// What a worker says to the database about the deliveries and lanes that are leased to it. Whatever the database does
/// not hear ends by itself, with the lease.
struct Leases: Sendable {
    let database: PostgresClient
    /// How long one lasts.
    let length: Duration
    let logger: Logger

    /// A database that is away must not hold up a worker that stops, or one that comes back.
    private static let deadline: Duration = .seconds(5)

    /// Those that are still `worker`'s, or were nobody's.
    func confirm(_ deliveries: [ClaimedDelivery], of worker: WorkerID) async -> Set<DeliveryID> {
        do {
            return try await Set(
                database.execute(
                    ConfirmLeases(worker: worker, deliveries: deliveries.map(\.id), lease: length),
                    deadline: Self.deadline))
        } catch {
            // The next claim gives back what is still leased.
            logger.warning(
                "leases not confirmed", metadata: ["deliveries": "\(deliveries.count)", "error": "\(error)"])
            return []
        }
    }

    /// Those that could be extended.
    func renew(_ deliveries: [DeliveryID], of worker: WorkerID) async -> [DeliveryID] {
        do {
            return try await database.execute(RenewLeases(worker: worker, deliveries: deliveries, lease: length))
        } catch {
            logger.warning("leases not renewed", metadata: ["deliveries": "\(deliveries.count)", "error": "\(error)"])
            return []
        }
    }

    /// First attempts go into their subscription's lane, the others back to where they were.
    func park(_ deliveries: [ClaimedDelivery], of worker: WorkerID) async {
        let fromLanes = deliveries.filter(\.isFromLane).map(\.id)
        let fromFast = deliveries.filter { !$0.isFromLane }.map(\.id)
        do {
            if !fromFast.isEmpty {
                try await database.execute(ParkDeliveries(worker: worker, deliveries: fromFast))
            }
            if !fromLanes.isEmpty {
                try await database.execute(GiveBackDeliveries(worker: worker, deliveries: fromLanes))
            }
        } catch {
            logger.warning(
                "deliveries not parked", metadata: ["deliveries": "\(deliveries.count)", "error": "\(error)"])
        }
    }

    /// All of them back to where they were: `worker` stops.
    func giveBack(_ deliveries: [ClaimedDelivery], of worker: WorkerID) async {
        do {
            try await database.execute(
                GiveBackDeliveries(worker: worker, deliveries: deliveries.map(\.id)),
                deadline: Self.deadline)
        } catch {
            logger.warning("deliveries not given back", metadata: ["error": "\(error)"])
        }
    }

    /// Gives lanes back. Returns whether one is due again.
    func release(_ lanes: [ReleaseLanes.Lane], of worker: WorkerID) async -> Bool {
        do {
            let release = ReleaseLanes(worker: worker, lanes: lanes)
            return try await database.execute(release, deadline: Self.deadline).first ?? 0 > 0
        } catch {
            logger.warning("lanes not given back", metadata: ["lanes": "\(lanes.count)", "error": "\(error)"])
            return false
        }
    }

    /// Moves a subscription's backlog out of the fast lane, where nobody has leased it.
    func divert(_ subscription: SubscriptionID) async {
        let limit = 5_000
        do {
            let step = DivertSubscription(subscription: subscription, limit: limit)
            while try await database.execute(step).first == limit {}
        } catch {
            logger.warning("backlog not diverted", metadata: ["subscription": "\(subscription)", "error": "\(error)"])
        }
    }
}
