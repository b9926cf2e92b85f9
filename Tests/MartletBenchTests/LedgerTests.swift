import Testing

@testable import martlet_bench

struct LedgerTests {
    @Test func `what is missing is lost, what comes twice a duplicate, what nobody sent invented`() throws {
        var ledger = Ledger()
        ledger.compare("ids", expected: [1, 2, 3, 4], found: [4, 2, 2, 9, 1])
        let entry = try #require(ledger.entries.first)
        #expect(entry.lost == [3])
        #expect(entry.duplicates == [2])
        #expect(entry.invented == [9])
        #expect(!ledger.isClean)
    }

    @Test func `the same ids in another order are clean`() {
        var ledger = Ledger()
        ledger.compare("ids", expected: [1, 2, 3], found: [3, 1, 2])
        #expect(ledger.isClean)
    }

    @Test func `an id that two were promised is one lost`() throws {
        var ledger = Ledger()
        ledger.compare("ids", expected: [1, 1], found: [1])
        #expect(try #require(ledger.entries.first).lost == [1])
    }
}
