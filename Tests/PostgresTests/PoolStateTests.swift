import Testing

@testable import Postgres

/// The pool's decisions, without a socket.
struct PoolStateTests {
    private static func open(_ count: Int, of connectionsMax: Int) -> (state: PoolState, ids: [ConnectionID]) {
        var state = PoolState(connectionsMax: connectionsMax)
        let ids = (0..<count).map { _ in
            let id = state.connecting()
            state.connected(id)
            return id
        }
        return (state, ids)
    }

    private func wantsConnection(_ state: PoolState, statements: Int = 0, sessions: Int = 0) -> Bool {
        state.wantsConnection(waitingStatements: statements, waitingSessions: sessions) { _ in false }
    }

    @Test func `up to the eager ones, a connection is opened as soon as a statement waits behind another`() {
        var state = PoolState(connectionsMax: 4, connectionsEager: 2)
        state.connected(state.connecting())
        _ = state.placeStatement { _ in false }
        #expect(!wantsConnection(state))
        _ = state.placeStatement { _ in false }
        #expect(wantsConnection(state))
        state.connected(state.connecting())
        for _ in 1...4 { _ = state.placeStatement { _ in false } }
        #expect(!wantsConnection(state))
    }

    @Test func `nothing is opened before anybody asks`() {
        #expect(!wantsConnection(PoolState(connectionsMax: 4)))
    }

    @Test func `the first statement opens one connection, not more`() {
        var state = PoolState(connectionsMax: 4)
        #expect(state.placeStatement { _ in false } == nil)
        #expect(wantsConnection(state, statements: 100))
        _ = state.connecting()
        #expect(!wantsConnection(state, statements: 100))
    }

    @Test func `statements go to the connection with the fewest in flight`() {
        var (state, ids) = Self.open(3, of: 3)
        let placed = (0..<9).compactMap { _ in state.placeStatement { _ in false } }
        #expect(ids.allSatisfy { id in placed.count { $0 == id } == 3 })
        state.statementFinished(on: ids[1])
        #expect(state.placeStatement { _ in false } == ids[1])
    }

    @Test func `another connection opens when all are busy, up to the maximum`() {
        var (state, ids) = Self.open(1, of: 2)
        for _ in 0..<(PoolState.loadToGrow - 1) { _ = state.placeStatement { _ in false } }
        #expect(!wantsConnection(state))
        _ = state.placeStatement { _ in false }
        #expect(wantsConnection(state))
        state.connected(state.connecting())
        for _ in 0..<(2 * PoolState.loadMax) { _ = state.placeStatement { _ in false } }
        #expect(!wantsConnection(state, statements: 1000, sessions: 1000))
        #expect(state.load(of: ids[0]) == PoolState.loadMax)
        #expect(state.placeStatement { _ in false } == nil)
    }

    @Test func `a stalled connection is passed over while another can be had`() {
        var (state, ids) = Self.open(1, of: 2)
        _ = state.placeStatement { _ in false }
        #expect(state.placeStatement { _ in true } == nil)
        #expect(state.wantsConnection(waitingStatements: 1, waitingSessions: 0) { _ in true })
        let second = state.connecting()
        state.connected(second)
        #expect(state.placeStatement { $0 == ids[0] } == second)
        #expect(state.placeStatement { _ in true } != nil)
    }

    @Test func `a session gets a connection with nothing in flight and keeps it`() {
        var (state, ids) = Self.open(2, of: 2)
        let busy = state.placeStatement { _ in false }
        let leased = state.lease()
        #expect(leased != nil && leased != busy)
        #expect(ids.contains { $0 == leased })
        for _ in 0..<10 { #expect(state.placeStatement { _ in false } == busy) }
    }

    @Test func `one connection always stays for shared statements`() {
        var (state, _) = Self.open(3, of: 3)
        #expect(state.lease() != nil)
        #expect(state.lease() != nil)
        #expect(state.lease() == nil)
        state.reserve(forSessions: 5)
        #expect(state.placeStatement { _ in false } != nil)
    }

    @Test func `with a single connection sessions and statements take turns`() {
        var (state, ids) = Self.open(1, of: 1)
        #expect(state.placeStatement { _ in false } == ids[0])
        #expect(state.lease() == nil)
        state.reserve(forSessions: 1)
        #expect(state.placeStatement { _ in false } == nil)
        state.statementFinished(on: ids[0])
        #expect(state.lease() == ids[0])
        #expect(state.placeStatement { _ in false } == nil)
        state.returned(ids[0])
        #expect(state.placeStatement { _ in false } == ids[0])
    }

    @Test func `a reservation ends when nobody waits for it any more`() {
        var (state, ids) = Self.open(1, of: 1)
        _ = state.placeStatement { _ in false }
        state.reserve(forSessions: 1)
        state.reserve(forSessions: 0)
        #expect(state.placeStatement { _ in false } == ids[0])
    }

    @Test func `a retiring connection gets nothing new`() {
        var (state, ids) = Self.open(1, of: 1)
        _ = state.placeStatement { _ in false }
        state.retire(ids[0])
        #expect(state.placeStatement { _ in false } == nil)
        #expect(state.lease() == nil)
        state.statementFinished(on: ids[0])
        state.closed(ids[0])
        #expect(wantsConnection(state, statements: 1))
    }

    @Test func `after a failure one attempt at a time is made`() {
        var state = PoolState(connectionsMax: 4)
        state.connectFailed(state.connecting(), at: MonotonicTime(nanoseconds: 0), jitter: 1)
        #expect(wantsConnection(state, statements: 10, sessions: 10))
        let id = state.connecting()
        #expect(!wantsConnection(state, statements: 10, sessions: 10))
        state.connected(id)
        #expect(wantsConnection(state, statements: 0, sessions: 10))
    }

    @Test func `the next attempt waits for the backoff`() {
        var state = PoolState(connectionsMax: 1)
        #expect(state.connectTime(mostUrgent: nil) == nil)
        let now = MonotonicTime(nanoseconds: 1_000_000_000)
        state.connectFailed(state.connecting(), at: now, jitter: 1)
        #expect(state.connectTime(mostUrgent: nil) == now + .milliseconds(50))
        state.connectFailed(state.connecting(), at: now, jitter: 0.5)
        #expect(state.connectTime(mostUrgent: nil) == now + .milliseconds(50))
        state.connectFailed(state.connecting(), at: now, jitter: 1)
        #expect(state.connectTime(mostUrgent: nil) == now + .milliseconds(200))
    }

    @Test func `an urgent caller advances the attempt, but not below the shortest backoff`() {
        var state = PoolState(connectionsMax: 1)
        let now = MonotonicTime(nanoseconds: 1_000_000_000)
        for _ in 0..<10 { state.connectFailed(state.connecting(), at: now, jitter: 1) }
        #expect(state.connectTime(mostUrgent: nil) == now + .seconds(2))
        #expect(state.connectTime(mostUrgent: now + .milliseconds(500)) == now + .milliseconds(500))
        #expect(state.connectTime(mostUrgent: now) == now + .milliseconds(50))
        #expect(state.connectTime(mostUrgent: now + .seconds(10)) == now + .seconds(2))
    }

    @Test func `a success forgets the failures`() {
        var state = PoolState(connectionsMax: 1)
        for _ in 0..<5 {
            state.connectFailed(state.connecting(), at: MonotonicTime(nanoseconds: 0), jitter: 1)
        }
        state.connected(state.connecting())
        #expect(!state.hasFailed)
        #expect(state.connectTime(mostUrgent: nil) == nil)
    }
}
