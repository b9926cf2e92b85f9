public import JSONFilter

/// What a plugin registers: the tables whose items it changes, and the events it emits by itself.
///
/// `{"content_tables": ["products"], "webhook_events": [{"name", "type", "description"}]}`; in a file, with its `name`.
public struct PluginManifest: Sendable, Equatable {
    /// `item.{table}.{change}`, each an event type.
    public static let changes = ["created", "updated", "deleted"]
    public static let nameBytesMax = 64
    public static let descriptionLengthMax = 1_000
    /// Of tables, and of events.
    public static let countMax = 1_000

    public struct EventType: Sendable, Equatable {
        public enum Kind: String, Sendable, CaseIterable {
            /// Emitted by whatever changes a table.
            case auto
            /// Emitted where the plugin says so.
            case manual
        }

        public let name: EventName
        public let kind: Kind
        public let description: String
    }

    public let name: String
    public let contentTables: [String]
    public let events: [EventType]

    /// - Parameter name: of the plugin, where it does not stand in `document`; `nil`: it is a member.
    /// - Throws: a `ValidationError` for the first member that is wrong.
    public init(name givenName: String?, _ document: JSONValue) throws(ValidationError) {
        guard let members = document.objectValue else { throw .malformed("body", "must be a JSON object") }
        if let twice = document.duplicateName { throw .malformed(quoted(twice), "is given more than once") }
        var (name, tables, events): (String?, [String], [EventType]) = (givenName, [], [])
        for member in members {
            switch member.name {
            case "name" where givenName == nil:
                guard let text = member.value.stringValue else { throw .malformed("name", "must be a string") }
                name = text
            case "content_tables": tables = try Self.tables(member.value)
            case "webhook_events": events = try Self.events(member.value)
            default:
                let known = (givenName == nil ? ["name"] : []) + ["content_tables", "webhook_events"]
                throw .malformed(
                    quoted(member.name), "is no member of a plugin; there are \(known.joined(separator: ", "))")
            }
        }
        guard let name else { throw .malformed("name", "is required") }
        try Self.check(name: name)
        self.name = name
        contentTables = tables
        self.events = events
    }

    /// - Throws: when `text` is longer than a description may be.
    public static func check(description text: String, member: String) throws(ValidationError) {
        guard text.unicodeScalars.count <= descriptionLengthMax else {
            throw .outOfRange(member, "must have at most \(descriptionLengthMax) characters")
        }
        guard !text.unicodeScalars.contains("\0") else { throw .malformed(member, "must not contain NUL") }
    }

    private static func check(name: String) throws(ValidationError) {
        _ = try EventName(name, member: "name")
        guard name.utf8.count <= nameBytesMax else {
            throw .outOfRange("name", "is \(name.utf8.count) bytes long, the limit is \(nameBytesMax)")
        }
        guard name != "core" && name != "martlet" else {
            throw .outOfRange("name", "`\(name)` is the gateway's own plugin; choose another name")
        }
    }

    private static func elements(_ value: JSONValue, _ member: String) throws(ValidationError) -> [JSONValue] {
        guard let elements = value.arrayValue else { throw .malformed(member, "must be an array") }
        guard elements.count <= countMax else {
            throw .outOfRange(
                member, "has \(elements.count) elements, the limit is \(countMax); install the rest with another call")
        }
        return elements
    }

    private static func tables(_ value: JSONValue) throws(ValidationError) -> [String] {
        var tables: [String] = []
        for (index, element) in try elements(value, "content_tables").enumerated() {
            let member = "content_tables[\(index)]"
            guard let table = element.stringValue else { throw .malformed(member, "must be a string") }
            _ = try EventName("item.\(table).created", member: member)
            tables.append(table)
        }
        return tables
    }

    private static func events(_ value: JSONValue) throws(ValidationError) -> [EventType] {
        var events: [EventType] = []
        for (index, element) in try elements(value, "webhook_events").enumerated() {
            events.append(try event(element, "webhook_events[\(index)]"))
        }
        return events
    }

    private static func event(_ value: JSONValue, _ place: String) throws(ValidationError) -> EventType {
        guard let members = value.objectValue else {
            throw .malformed(place, "must be an object with name, type and description")
        }
        if let twice = value.duplicateName { throw .malformed("\(place).\(twice)", "is given more than once") }
        var (name, kind, description): (EventName?, EventType.Kind, String) = (nil, .manual, "")
        for member in members {
            guard let text = member.value.stringValue else {
                throw .malformed("\(place).\(member.name)", "must be a string")
            }
            switch member.name {
            case "name": name = try EventName(text, member: "\(place).name")
            case "type":
                guard let known = EventType.Kind(rawValue: text) else {
                    throw .outOfRange(
                        "\(place).type",
                        "must be manual or auto" + (text == "system" ? "; system events come with the gateway" : ""))
                }
                kind = known
            case "description":
                try check(description: text, member: "\(place).description")
                description = text
            default:
                throw .malformed(
                    "\(place).\(member.name)", "is no member of an event; there are name, type, description")
            }
        }
        guard let name else { throw .malformed("\(place).name", "is required") }
        return EventType(name: name, kind: kind, description: description)
    }
}
