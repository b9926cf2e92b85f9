import Postgres
import TestSupport
import Testing
import WebhookCore

@testable import WebhookStore

struct TendTests {
    private static func register(in session: PostgresSession) async throws -> WorkerID {
        try #require(try await session.execute(RegisterWorker(name: "host/1", userAgent: "Martlet/test")).first)
    }

    /// Ends the session as a dead process would, and waits until the server has noticed.
    private static func kill(_ session: PostgresSession, in store: TestStore) async throws {
        let backend = try #require(try await session.value("SELECT pg_backend_pid()::text"))
        _ = try await store.value("SELECT pg_terminate_backend(\(backend))::text")
        try await eventually("the session has ended", within: .seconds(60)) {
            try await store.value("SELECT count(*)::text FROM pg_stat_activity WHERE pid = \(backend)") == "0"
        }
    }

    @Test func `what a worker holds can be claimed as soon as its session is gone`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let queued = try await store.subscribeInLane(to: ["queued"])
            try await store.database.withSession { living in
                let survivor = try await Self.register(in: living)
                var dead: WorkerID?
                var claimed: [ClaimedDelivery] = []
                // The session's end is no error: it was asked for.
                try await store.database.withSession { dying in
                    let worker = try await Self.register(in: dying)
                    dead = worker
                    for name in ["order.created", "order.created", "queued"] { try await store.dispatch(name) }
                    _ = try await living.execute(TendQueue(worker: survivor))
                    claimed = try await store.claim(as: worker, limit: 3)
                    claimed += try await store.claimLanes(as: worker)
                    #expect(claimed.count == 4)
                    #expect(try await living.execute(TendQueue(worker: survivor)).map(\.deadWorkers) == [0])
                    #expect(try await store.claim(as: survivor).isEmpty)
                    try await Self.kill(dying, in: store)
                }

                let tended = try await living.execute(TendQueue(worker: survivor))
                #expect(tended.map(\.deadWorkers) == [1])
                #expect(tended.map(\.laneIsDue) == [true])
                let again = try await store.claim(as: survivor) + store.claimLanes(as: survivor)
                #expect(Set(again.map(\.id)) == Set(claimed.map(\.id)))
                #expect(Set(again.map(\.subscriptionID)) == [subscription.id, queued.id])
                // Found dead once; and it cannot come back, nor does a claim of its that was still on the way.
                #expect(try await living.execute(TendQueue(worker: survivor)).map(\.deadWorkers) == [0])
                let gone = try #require(dead)
                #expect(try await living.execute(ResumeWorker(worker: gone)) == [false])
                for name in ["order.created", "queued"] { try await store.dispatch(name) }
                try await store.releaseLanes(queued, as: survivor)
                #expect(try await store.tend()?.laneIsDue == true)
                #expect(try await store.claim(as: gone).isEmpty)
                #expect(try await store.claimLanes(as: gone).isEmpty)
            }
        }
    }

    @Test func `a worker is not found dead while a claim of its has not ended`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.dispatch("order.created")
            try await store.database.withSession { living in
                let survivor = try await Self.register(in: living)
                try await store.database.withSession { claiming in
                    try await claiming.script("BEGIN")
                    try await store.database.withSession { dying in
                        let worker = try await Self.register(in: dying)
                        let claim = ClaimPending(worker: worker, limit: 1, above: 0, lease: TestStore.lease)
                        #expect(try await claiming.execute(claim).count == 1)
                        try await Self.kill(dying, in: store)
                    }
                    #expect(try await living.execute(TendQueue(worker: survivor)).map(\.deadWorkers) == [0])
                    try await claiming.script("COMMIT")
                }
                #expect(try await living.execute(TendQueue(worker: survivor)).map(\.deadWorkers) == [1])
                #expect(try await store.claim(as: survivor).count == 1)
            }
        }
    }

    @Test func `live workers keep what they hold, whoever tends`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.database.withSession { first in
                try await store.database.withSession { second in
                    let workers = [try await Self.register(in: first), try await Self.register(in: second)]
                    #expect(workers[0] != workers[1])
                    for _ in 0..<2 { try await store.dispatch("order.created") }
                    _ = try await store.claim(as: workers[0], limit: 1)
                    _ = try await store.claim(as: workers[1], limit: 1)
                    #expect(try await first.execute(TendQueue(worker: workers[0])).map(\.deadWorkers) == [0])
                    #expect(try await second.execute(TendQueue(worker: workers[1])).map(\.deadWorkers) == [0])
                    #expect(try await store.value("SELECT count(DISTINCT worker)::text FROM martlet.pending") == "2")
                }
            }
        }
    }

    @Test func `a worker whose session was lost takes up again what it held`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.dispatch("order.created")
            var worker: WorkerID?
            try await store.database.withSession { lost in
                worker = try await Self.register(in: lost)
                _ = try await store.claim(as: try #require(worker))
                try await Self.kill(lost, in: store)
            }
            let id = try #require(worker)
            try await store.database.withSession { session in
                #expect(try await session.execute(ResumeWorker(worker: id)) == [true])
                // Others see it alive.
                try await store.database.withSession { other in
                    let survivor = try await Self.register(in: other)
                    #expect(try await other.execute(TendQueue(worker: survivor)).map(\.deadWorkers) == [0])
                    #expect(try await store.claim(as: survivor).isEmpty)
                    #expect(try await other.execute(ResumeWorker(worker: id)) == [false])
                }
            }
        }
    }

    @Test func `a worker that was never registered cannot resume`() async throws {
        try await withStore { store in
            try await store.database.withSession { session in
                #expect(try await session.execute(ResumeWorker(worker: WorkerID(rawValue: 77))) == [false])
                let locks = try await session.value(
                    "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
                #expect(locks == "0")
            }
        }
    }

    @Test func `a worker that retires gives everything back`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            _ = try await store.subscribeInLane(to: ["queued"])
            try await store.database.withSession { session in
                let worker = try await Self.register(in: session)
                for name in ["order.created", "queued"] { try await store.dispatch(name) }
                _ = try await session.execute(TendQueue(worker: worker))
                let held = try await store.claim(as: worker) + store.claimLanes(as: worker)
                #expect(held.count == 3)
                _ = try await store.database.execute(RetireWorker(worker: worker))
                let again = try await store.claim() + store.claimLanes()
                #expect(Set(again) == Set(held))
                #expect(
                    try await store.value("SELECT count(*)::text FROM martlet.workers WHERE stopped_at IS NULL") == "0")
                // Its late outcomes change nothing.
                let late = try store.attempt(held[0], of: subscription, status: 200)
                #expect(try await store.recordDelivered([late], as: worker) == 0)
            }
        }
    }

    @Test func `while one tends, the others do not wait for it`() async throws {
        try await withStore { store in
            _ = try await store.subscribeInLane()
            try await store.dispatch("order.created")
            try await store.database.withSession { session in
                try await session.script("BEGIN")
                _ = try await session.execute(TendQueue(worker: TestStore.worker))
                let other = TendQueue(worker: TestStore.otherWorker)
                let rows = try await store.database.execute(other, deadline: .seconds(5))
                #expect(
                    rows == [
                        TendQueue.Row(
                            deadWorkers: 0, laneIsDue: false, hasPromptLanes: false, replayIsRunning: false)
                    ])
                try await session.script("COMMIT")
                #expect(try await store.tend()?.laneIsDue == true)
            }
        }
    }

    @Test func `a lane is due when its first delivery is, and not before`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            #expect(try await store.tend()?.laneIsDue == false)
            try await store.deliver(statuses: [500], to: subscription)
            #expect(try await store.tend()?.laneIsDue == false)
            try await store.run("UPDATE martlet.waiting SET next_retry_at = now()")
            #expect(try await store.tend()?.laneIsDue == true)
        }
    }

    @Test func `a worker is told while a replay runs, and only then`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.exhaust(1_500)
            #expect(try await store.tend()?.replayIsRunning == false)
            let replay = try await store.startedReplay(subscription)
            #expect(try await store.tend()?.replayIsRunning == true)
            #expect(try await store.replays.cancel(replay.id, tenant: "default"))
            #expect(try await store.tend()?.replayIsRunning == false)
        }
    }
}
