/// What may be shown of a connection URI.
enum ConnectionSummary {
    /// Shown when it is not certain where a password begins and ends.
    static let unreadable = "[not shown]"

    /// Parameters that hold no secret.
    private static let harmless: Set<Substring> = ["host", "hostaddr", "port", "sslmode", "target_session_attrs"]

    /// `postgresql://user@host:port/database?host=…`: everything else is left out.
    static func text(of url: String) -> String {
        let schemes = ["postgresql://", "postgres://"]
        guard let scheme = schemes.first(where: url.hasPrefix) else { return unreadable }
        let parts = url.dropFirst(scheme.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count == 2 ? parts[1] : ""
        // A question mark or an at sign inside a password that should have been encoded.
        guard !query.contains("@") else { return unreadable }

        var user: Substring = ""
        var place = parts[0]
        if let at = place.lastIndex(of: "@") {
            user = place[..<at].prefix { $0 != ":" }
            place = place[place.index(after: at)...]
        }
        let hosts = place.prefix { $0 != "/" }
        guard hosts.split(separator: ",").allSatisfy(isHost) else { return unreadable }
        let shown = query.split(separator: "&").filter { pair in harmless.contains(pair.prefix { $0 != "=" }) }
        return scheme + (user.isEmpty ? "" : "\(user)@") + place + (shown.isEmpty ? "" : "?")
            + shown.joined(separator: "&")
    }

    /// A host with an optional port, and not `user:password` without the rest.
    private static func isHost(_ text: Substring) -> Bool {
        let name = text.hasPrefix("[") ? text.prefix { $0 != "]" } : text.prefix { $0 != ":" }
        var rest = text.dropFirst(name.count)
        if rest.hasPrefix("]") { rest = rest.dropFirst() }
        return rest.isEmpty || (rest.hasPrefix(":") && UInt16(rest.dropFirst()) != nil)
    }
}
