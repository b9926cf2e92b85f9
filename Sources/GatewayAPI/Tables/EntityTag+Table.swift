import HTTPTypes
import Hummingbird
import WebhookCore
import WebhookStore

extension StoredTable {
    var entityTag: EntityTag { .table(id, version: version, acceptsPushes: acceptsPushes) }
}

extension EntityTag {
    /// Of what a GET of the table brings: a change makes another version, and a first or a last secret none.
    static func table(_ id: TableID, version: Int64, acceptsPushes: Bool) -> EntityTag {
        EntityTag("\(id)-\(version)\(acceptsPushes ? "-push" : "")")
    }
}

extension ExpectedTable {
    /// What `If-Match` says; `nil`: nothing, or that any will do. A tag that is not one of this table fits none.
    init?(of id: TableID, _ request: Request) {
        guard let field = request.headers[.ifMatch], let tags = EntityTag.wanted(ifMatch: field) else { return nil }
        func versions(acceptsPushes: Bool) -> [Int64] {
            tags.compactMap { tag in
                let parts = tag.opaque.split(separator: "-", omittingEmptySubsequences: false)
                guard parts.count > 1, let version = Int64(parts[1]) else { return nil }
                return tag == .table(id, version: version, acceptsPushes: acceptsPushes) ? version : nil
            }
        }
        self.init(
            versionsWithPushes: versions(acceptsPushes: true), versionsWithoutPushes: versions(acceptsPushes: false))
    }
}
