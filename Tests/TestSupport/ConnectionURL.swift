/// Changes to libpq connection URIs.
enum ConnectionURL {
    /// The URI with another database: the path, between the first `/` after the host and the `?`.
    static func replacingDatabase(in url: String, with database: String) -> String {
        guard let scheme = url.firstRange(of: "://") else {
            // Not a URI but `keyword=value` pairs: the last one wins.
            return "\(url) dbname=\(database)"
        }
        let parts = url[scheme.upperBound...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let authority = parts[0].prefix { $0 != "/" }
        let query = parts.count == 2 ? "?\(parts[1])" : ""
        return "\(url[..<scheme.upperBound])\(authority)/\(database)\(query)"
    }
}
