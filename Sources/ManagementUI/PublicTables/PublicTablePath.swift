import WebhookCore

/// `/t/{id}` and `/t/{id}.csv`.
enum PublicTablePath: Equatable {
    case page(TableID)
    case csv(TableID)
    /// Below `/t/`, and no table can be there.
    case nothing

    /// `nil`: not below `/t/`.
    init?(_ path: Substring) {
        let prefix = "/t/"
        guard path.hasPrefix(prefix) else { return nil }
        let name = path.dropFirst(prefix.count)
        let ending = ".csv"
        if name.hasSuffix(ending) {
            self = TableID(String(name.dropLast(ending.count))).map(Self.csv) ?? .nothing
        } else {
            self = TableID(String(name)).map(Self.page) ?? .nothing
        }
    }
}
