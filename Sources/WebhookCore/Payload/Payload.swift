/// The bodies of requests, built from the bytes of an event's data, which stay as they were given.
///
/// The data is JSON text that was checked when it was stored. Event names need no escaping, as their rule allows
/// neither quotes nor backslashes nor control characters. Times have three digits after the second.
public enum Payload {
    /// The body of one event in the form of `profile`.
    ///
    /// - `standard`: `{"type":"…","timestamp":"2026-11-22T15:04:05.123Z","data":…}`
    /// - `newmeta`: the data.
    /// - `mautic`: `{"event_name":[{…,"timestamp":"2026-11-22T15:04:05.123+00:00"}]}`
    public static func single(
        profile: Profile, eventName: String, occurredAt: Timestamp, data: [UInt8]
    ) -> [UInt8] {
        switch profile {
        case .standard: return standard(eventName: eventName, occurredAt: occurredAt, data: data)
        case .newmeta: return data
        case .mautic: return aggregated([Entry(eventName: eventName, occurredAt: occurredAt, data: data)])
        }
    }

    /// One event of an aggregated body.
    public struct Entry: Sendable, Hashable {
        public let eventName: String
        public let occurredAt: Timestamp
        public let data: [UInt8]

        public init(eventName: String, occurredAt: Timestamp, data: [UInt8]) {
            (self.eventName, self.occurredAt, self.data) = (eventName, occurredAt, data)
        }
    }

    /// The body of several events, the same in every profile: `{"type1":[p1,p2],"type2":[p3]}`.
    ///
    /// Types come in the order of their first entry, and entries of one type in the order given. Each entry is the
    /// event's data with `timestamp` as its last member.
    public static func aggregated(_ entries: [Entry]) -> [UInt8] {
        var groupOfName: [String: Int] = [:]
        var groups: [(name: String, entries: [Int])] = []
        var current = 0
        for index in entries.indices {
            let name = entries[index].eventName
            // The entries of a type mostly follow each other, and comparing is cheaper than hashing.
            if groups.isEmpty || groups[current].name != name {
                current = groupOfName[name] ?? groups.count
                if current == groups.count {
                    groupOfName[name] = current
                    groups.append((name, []))
                }
            }
            groups[current].entries.append(index)
        }

        var body: [UInt8] = []
        // 64 bytes are more than an entry's punctuation and timestamp take, names aside.
        body.reserveCapacity(entries.reduce(2) { $0 + $1.data.count + $1.eventName.utf8.count + 64 })
        body.append(UInt8(ascii: "{"))
        for (index, group) in groups.enumerated() {
            body.append(contentsOf: (index == 0 ? "\"" : ",\"").utf8)
            body.append(contentsOf: group.name.utf8)
            body.append(contentsOf: "\":[".utf8)
            for (position, entry) in group.entries.enumerated() {
                if position > 0 { body.append(UInt8(ascii: ",")) }
                TimestampSplice.append(entries[entry].data, occurredAt: entries[entry].occurredAt, to: &body)
            }
            body.append(UInt8(ascii: "]"))
        }
        body.append(UInt8(ascii: "}"))
        return body
    }

    private static func standard(eventName: String, occurredAt: Timestamp, data: [UInt8]) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(data.count + eventName.utf8.count + 64)
        body.append(contentsOf: "{\"type\":\"".utf8)
        body.append(contentsOf: eventName.utf8)
        body.append(contentsOf: "\",\"timestamp\":\"".utf8)
        occurredAt.appendRFC3339(to: &body, utc: .letter)
        body.append(contentsOf: "\",\"data\":".utf8)
        body.append(contentsOf: data)
        body.append(UInt8(ascii: "}"))
        return body
    }
}
