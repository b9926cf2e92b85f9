import HTTPTypes

/// What a path names.
enum Route: Sendable, Equatable {
    case events
    case eventBatch
    case event(Substring)
    case subscriptions
    case subscription(Substring)
    case rotateSecret(Substring)
    case activate(Substring)
    case deactivate(Substring)
    case test(Substring)
    case eventTypes
    case eventType(plugin: Substring, event: Substring)
    case plugin(Substring)
    case replays(of: Substring)
    case replay(Substring)
    case deliveries
    case delivery(Substring)
    case retry(Substring)
    case tables
    case table(Substring)
    case tableRows(of: Substring)
    case tableSecret(of: Substring)
    case push(to: Substring)
    case keys
    case key(Substring)
    case stats
    case health
    case settings
    case sources
    case source(Substring)
    case sourcePush(Substring)
    case livez
    case readyz

    /// `nil`: there is nothing at that path.
    init?(path: Substring) {
        // The path of nearly all requests.
        if path == "/v1/events" {
            self = .events
            return
        }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch Array(segments) {
        case ["livez"]: self = .livez
        case ["readyz"]: self = .readyz
        case ["v1", "events", "batch"]: self = .eventBatch
        case ["v1", "subscriptions"]: self = .subscriptions
        case ["v1", "event-types"]: self = .eventTypes
        case ["v1", "deliveries"]: self = .deliveries
        case ["v1", "tables"]: self = .tables
        case ["v1", "keys"]: self = .keys
        case ["v1", "stats"]: self = .stats
        case ["v1", "stats", "health"]: self = .health
        case ["v1", "settings"]: self = .settings
        case ["v1", "sources"]: self = .sources
        case let parts where parts.count == 2 && parts[0] == "in": self = .sourcePush(parts[1])
        case let parts where parts.count == 3 && parts[0] == "v1":
            switch parts[1] {
            case "events": self = .event(parts[2])
            case "subscriptions": self = .subscription(parts[2])
            case "plugins": self = .plugin(parts[2])
            case "deliveries": self = .delivery(parts[2])
            case "replays": self = .replay(parts[2])
            case "tables": self = .table(parts[2])
            case "keys": self = .key(parts[2])
            case "sources": self = .source(parts[2])
            default: return nil
            }
        case let parts where parts.count == 4 && parts[0] == "v1" && parts[1] == "subscriptions":
            switch parts[3] {
            case "rotate-secret": self = .rotateSecret(parts[2])
            case "activate": self = .activate(parts[2])
            case "deactivate": self = .deactivate(parts[2])
            case "test": self = .test(parts[2])
            case "replay": self = .replays(of: parts[2])
            default: return nil
            }
        case let parts where parts.count == 4 && parts[0] == "v1" && parts[1] == "event-types":
            self = .eventType(plugin: parts[2], event: parts[3])
        case let parts where parts.count == 4 && parts[0] == "v1" && parts[1] == "deliveries" && parts[3] == "retry":
            self = .retry(parts[2])
        case let parts where parts.count == 4 && parts[0] == "v1" && parts[1] == "tables":
            switch parts[3] {
            case "rows.csv": self = .tableRows(of: parts[2])
            case "secret": self = .tableSecret(of: parts[2])
            case "webhook": self = .push(to: parts[2])
            default: return nil
            }
        // Where senders of another system push to already.
        case let parts
        where parts.count == 6 && parts[..<4] == ["wp-json", "mm-table", "v1", "tables"] && parts[5] == "webhook":
            self = .push(to: parts[4])
        default: return nil
        }
    }

    /// What the header `Allow` says.
    var methods: [HTTPRequest.Method] {
        let candidates: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]
        return candidates.filter { permission(for: $0) != nil }.flatMap { $0 == .get ? [.get, .head] : [$0] }
    }

    /// The parameters that the query of a call with a key may have.
    func parameters(of method: HTTPRequest.Method) -> [String] {
        guard method == .get else { return ["tenant"] }
        let page = ["tenant", "limit", "after"]
        return switch self {
        case .events, .subscriptions, .tables, .keys, .sources: page
        case .eventTypes: page + ["plugin"]
        case .deliveries: page + ["subscription", "event", "status", "since"]
        case .stats: page + ["subscription", "since", "until"]
        case .health: page + ["subscription"]
        default: ["tenant"]
        }
    }

    /// What a caller must be allowed to do; `nil`: the method is not for this path.
    func permission(for method: HTTPRequest.Method) -> Permission? {
        switch (self, method) {
        case (.events, .post), (.eventBatch, .post): .publish
        case (.livez, .get), (.readyz, .get), (.push, .post), (.sourcePush, .post): .open
        case (.events, .get), (.event, .get), (.subscriptions, .get), (.subscription, .get), (.eventTypes, .get),
            (.deliveries, .get), (.delivery, .get), (.replay, .get), (.keys, .get), (.stats, .get), (.health, .get),
            (.settings, .get), (.tables, .get), (.table, .get), (.tableRows, .get), (.sources, .get), (.source, .get):
            .read
        case (.subscriptions, .post), (.subscription, .patch), (.subscription, .delete),
            (.rotateSecret, .post), (.activate, .post), (.deactivate, .post), (.test, .post),
            (.plugin, .put), (.eventType, .patch),
            (.retry, .post), (.replays, .post), (.replay, .delete), (.keys, .post), (.key, .delete),
            (.settings, .put), (.tables, .post), (.table, .patch), (.table, .delete), (.tableSecret, .post),
            (.tableSecret, .delete), (.sources, .post), (.source, .patch), (.source, .delete):
            .administer
        default: nil
        }
    }
}
