import Testing
import WebhookCore

@testable import WebhookStore
@testable import martlet

/// What the doctor makes of facts that no test can bring about.
struct JudgementTests {
    @Test(arguments: [(0, "ok"), (1_900, "ok"), (2_000, "warn"), (59_000, "warn"), (60_000, "fail")])
    func `clocks may differ by little`(milliseconds: Int, level: String) {
        #expect(Judgement.clock(skew: .milliseconds(milliseconds)).level.rawValue == level)
    }

    @Test(arguments: [(14, "ok"), (13, "ok"), (12, "warn"), (1, "warn"), (0, "fail"), (-1, "fail")])
    func `partitions are made two weeks ahead`(days: Int, level: String) {
        let findings = Judgement.partitions([PartitionFacts(table: "events", ahead: .seconds(days * 86_400 + 60))])
        #expect(findings.map(\.level.rawValue) == [level])
    }

    @Test(arguments: [(SchemaAge.older, "fail"), (.current, "ok"), (.newer, "warn")])
    func `a schema may be newer than the programs, not older`(age: SchemaAge, level: String) {
        #expect(Judgement.schema(age).level.rawValue == level)
    }

    @Test(arguments: [(15, false, "ok"), (14, false, "fail"), (15, true, "fail")])
    func `the server is new enough and takes writes`(major: Int, isStandby: Bool, level: String) {
        let facts = ServerFacts(
            version: "\(major).1", majorVersion: major, isStandby: isStandby,
            time: Timestamp(secondsSinceUnixEpoch: 0))
        #expect(Judgement.server(facts).level.rawValue == level)
    }

    @Test(arguments: [(1, 0, "ok"), (1, 1, "warn"), (0, 0, "fail"), (0, 1, "fail")])
    func `somebody is at work`(live: Int, unburied: Int, level: String) {
        #expect(Judgement.workers(WorkerFacts(live: live, unburied: unburied)).level.rawValue == level)
    }

    @Test func `stuck leases fail, a late delivery warns`() {
        let facts = QueueFacts(stuckLeases: 3, oldestDue: .seconds(90))
        #expect(Judgement.leases(facts).level == .fail)
        #expect(Judgement.leases(facts).text.contains("3"))
        #expect(Judgement.backlog(facts).level == .warn)
        #expect(Judgement.backlog(QueueFacts(stuckLeases: 0, oldestDue: .seconds(59))).level == .ok)
        #expect(Judgement.leases(QueueFacts(stuckLeases: 0, oldestDue: nil)).level == .ok)
    }
}
