import Testing

@testable import Postgres

struct PreparedStatementsTests {
    private let number = [Parameters.Field(type: TypeID.int8, offset: 0, length: 8)]
    private let text = [Parameters.Field(type: TypeID.text, offset: 0, length: 1)]

    @Test func `a text is prepared once, and used by name after the server's confirmation`() {
        var statements = PreparedStatements()
        #expect(statements.use(sql: "a", fields: number) == .prepare(name: "s1"))
        #expect(statements.use(sql: "a", fields: number) == .unprepared)
        statements.confirm(sql: "a")
        #expect(statements.use(sql: "a", fields: number) == .execute(name: "s1"))
        #expect(statements.use(sql: "b", fields: number) == .prepare(name: "s2"))
    }

    @Test func `other parameter types do not use the prepared form`() {
        var statements = PreparedStatements()
        _ = statements.use(sql: "a", fields: number)
        statements.confirm(sql: "a")
        #expect(statements.use(sql: "a", fields: text) == .unprepared)
    }

    @Test func `a forgotten text is prepared under a new name`() {
        var statements = PreparedStatements()
        _ = statements.use(sql: "a", fields: number)
        statements.forget(sql: "a")
        #expect(statements.use(sql: "a", fields: number) == .prepare(name: "s2"))
    }

    @Test func `the number of prepared texts is bounded`() {
        var statements = PreparedStatements()
        for index in 0..<PreparedStatements.countMax { _ = statements.use(sql: "\(index)", fields: number) }
        #expect(statements.use(sql: "one more", fields: number) == .unprepared)
    }
}
