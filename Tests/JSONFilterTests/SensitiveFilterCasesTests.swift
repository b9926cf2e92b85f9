import JSONFilter
import Testing

struct SensitiveFilterCasesTests {
    @Test(arguments: try FilterCase.all())
    func `the table of cases holds`(_ filterCase: FilterCase) {
        let filter = SensitiveFilter(additionalKeywords: filterCase.keywords ?? [])
        let filtered = try? filter.filtered(Array(filterCase.input.utf8))
        #expect(filtered.map { String(decoding: $0, as: UTF8.self) } == filterCase.output)
    }

    @Test func `the table has enough cases of each kind, each with its own name`() throws {
        let cases = try FilterCase.all()
        #expect(Set(cases.map(\.name)).count == cases.count)
        #expect(cases.count { $0.output == nil } >= 30)
        #expect(cases.count { $0.output == $0.input } >= 30)
        #expect(cases.count { $0.output != nil && $0.output != $0.input } >= 60)
    }
}
