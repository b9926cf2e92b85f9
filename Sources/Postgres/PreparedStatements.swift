/// Which statements one connection has prepared, by their text.
struct PreparedStatements {
    enum Use: Equatable {
        /// Prepared earlier under this name.
        case execute(name: String)
        /// To be prepared under this name first.
        case prepare(name: String)
        /// Sent unprepared: the first use is still under way and may yet fail, or the connection holds enough already,
        /// or the parameter types differ from those it was prepared with.
        case unprepared
    }

    /// More texts than this come from SQL built at run time, which is not worth the server's memory.
    static let countMax = 512

    private struct Entry {
        let name: String
        let types: [UInt32]
        var isConfirmed = false
    }

    private var entries: [String: Entry] = [:]
    private var lastNumber = 0

    mutating func use(sql: String, fields: [Parameters.Field]) -> Use {
        if let entry = entries[sql] {
            let matches = entry.types.count == fields.count && zip(entry.types, fields).allSatisfy { $0 == $1.type }
            return entry.isConfirmed && matches ? .execute(name: entry.name) : .unprepared
        }
        guard entries.count < Self.countMax else { return .unprepared }
        lastNumber += 1
        let name = "s\(lastNumber)"
        entries[sql] = Entry(name: name, types: fields.map(\.type))
        return .prepare(name: name)
    }

    mutating func confirm(sql: String) { entries[sql]?.isConfirmed = true }

    /// Preparing failed, or the server no longer knows the statement or its columns: the next use prepares it again.
    mutating func forget(sql: String) { entries[sql] = nil }
}
