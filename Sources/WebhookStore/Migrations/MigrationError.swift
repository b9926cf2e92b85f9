/// Why a database cannot be migrated.
public enum MigrationError: Error, Equatable, CustomStringConvertible {
    /// A newer release has migrated the database; this one would not understand it.
    case databaseIsNewer(database: Int32, binary: Int32)

    public var description: String {
        switch self {
        case .databaseIsNewer(let database, let binary):
            "the database has schema version \(database) and this program knows \(binary): use a newer release"
        }
    }
}
