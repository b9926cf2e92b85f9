import WebhookCore
import WebhookStore

/// What the facts mean. Pure: a test can name every case.
enum Judgement {
    /// PostgreSQL 15 is what the schema is written for.
    private static let versionMin = 15

    static func server(_ facts: ServerFacts) -> Finding {
        let name = "PostgreSQL \(facts.version)"
        if facts.isStandby {
            return .fail(
                "database", "\(name), a standby that takes no writes",
                advice: "name the primary in DATABASE_URL, or all hosts and target_session_attrs=read-write")
        }
        guard facts.majorVersion >= versionMin else {
            return .fail("database", "\(name) is too old", advice: "upgrade to PostgreSQL \(versionMin) or newer")
        }
        return .ok("database", name)
    }

    static func schema(_ age: SchemaAge) -> Finding {
        switch age {
        case .current: .ok("schema", "is this release's")
        case .newer:
            .warn("schema", "is that of a newer release", advice: "replace the programs of this release by that one's")
        case .older:
            .fail("schema", "is not this release's", advice: "run `martlet migrate` of the newest release in use")
        }
    }

    /// - Parameter skew: by how much the two clocks differ at least.
    static func clock(skew: Duration) -> Finding {
        let text = "differs from the database's by \(DurationText.format(rounded(skew)))"
        // Receivers of the profile standard refuse what is 5 minutes old.
        if skew >= .seconds(60) {
            return .fail(
                "clock", text, advice: "synchronise both clocks (NTP): receivers refuse signatures of that age")
        }
        return skew >= .seconds(2)
            ? .warn("clock", text, advice: "synchronise both clocks (NTP)") : .ok("clock", text)
    }

    static func partitions(_ facts: [PartitionFacts]) -> [Finding] {
        facts.map { table in
            let place = "partitions of \(table.table)"
            let days = Int(table.ahead / .seconds(86_400))
            let advice = "start a delivery-worker, which makes them every hour; until then `martlet migrate` does"
            if table.ahead < .seconds(86_400) {
                return .fail(
                    place, "end within a day: what comes after that piles up in the default partition", advice: advice)
            }
            let text = "reach \(days) days ahead"
            // Maintenance makes them 14 days ahead.
            return days < 13 ? .warn(place, "\(text): maintenance is behind", advice: advice) : .ok(place, text)
        }
    }

    /// - Parameter bootstrapKeyIsSet: `MARTLET_ADMIN_KEY` is.
    static func adminKeys(_ count: Int, bootstrapKeyIsSet: Bool) -> Finding {
        if count > 0 { return .ok("API keys", "\(count) with the role admin") }
        return .warn(
            "API keys", bootstrapKeyIsSet ? "only MARTLET_ADMIN_KEY may administer" : "nobody may administer",
            advice: "make a key: `martlet keys create NAME --role admin`")
    }

    static func masterKey(unreadable: [SubscriptionID], of count: Int) -> Finding {
        guard let first = unreadable.first else {
            return .ok("master key", "opens all secrets, \(count) subscriptions")
        }
        return .fail(
            "master key",
            "does not open the secrets of \(unreadable.count) of \(count) subscriptions, such as \(first)",
            advice: "add the key they were sealed with to MARTLET_MASTER_KEY, behind a comma, or rotate their secrets")
    }

    static func workers(_ facts: WorkerFacts) -> Finding {
        let live = "\(facts.live) at work"
        if facts.live == 0 {
            return .fail("workers", "none at work: nothing is sent", advice: "start a delivery-worker")
        }
        return facts.unburied == 0
            ? .ok("workers", live)
            : .warn(
                "workers", "\(live), \(facts.unburied) dead and still holding deliveries",
                advice: "the others take them over within seconds; if not, see their logs")
    }

    static func leases(_ facts: QueueFacts) -> Finding {
        facts.stuckLeases == 0
            ? .ok("leases", "none is stuck")
            : .fail(
                "leases", "\(facts.stuckLeases) have ended, and nobody has taken over",
                advice: "start a delivery-worker; if one runs, see its log")
    }

    static func backlog(_ facts: QueueFacts) -> Finding {
        guard let age = facts.oldestDue, age >= .seconds(60) else { return .ok("backlog", "nothing is late") }
        return .warn(
            "backlog", "a delivery has been due for \(DurationText.format(rounded(age)))",
            advice: "start more workers, or look for a slow receiver: `martlet deliveries list --status pending`")
    }

    static func listener(_ name: String, at address: String, answers: Bool) -> Finding {
        answers
            ? .ok(name, "answers at \(address)")
            : .warn(
                name, "does not answer at \(address)",
                advice: "start it, or, where it serves elsewhere, say where: MARTLET_LISTEN, MARTLET_WORKER_LISTEN")
    }

    /// To the second, below that to the millisecond.
    private static func rounded(_ duration: Duration) -> Duration {
        duration < .seconds(1)
            ? .milliseconds(Int64(duration / .milliseconds(1))) : .seconds(Int64(duration / .seconds(1)))
    }
}
