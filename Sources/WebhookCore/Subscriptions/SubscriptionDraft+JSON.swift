public import JSONFilter

extension SubscriptionDraft {
    /// The members that the API takes.
    public static let memberNames = [
        "name", "url", "events", "profile", "queue_mode", "event_order", "batch_size", "batch_interval",
        "custom_headers", "max_retries", "timeout", "concurrency", "rate_limit", "rate_burst", "ordering",
        "disable_on_gone", "secret",
    ]

    /// Takes over the members of an API request: to create a subscription, into an empty draft; to change one, into
    /// the draft of what is there. Members that are not given stay as they are; `null` goes back to the default.
    ///
    /// Only types are checked here; `settings` checks the values. Durations are whole seconds or text such as `"30s"`.
    ///
    /// - Throws: a `.malformed` error for the first member that is unknown, given twice or of the wrong type.
    public mutating func apply(_ request: JSONValue) throws(ValidationError) {
        guard let members = request.objectValue else {
            throw .malformed("body", "must be a JSON object")
        }
        if let name = request.duplicateName { throw .malformed(name, "is given more than once") }
        for member in members { try apply(member) }
    }

    private mutating func apply(_ member: JSONMember) throws(ValidationError) {
        let reader = MemberReader(member)
        switch member.name {
        case "name": name = try reader.string()
        case "url": url = try reader.string()
        case "events": events = try reader.strings()
        case "profile": profile = try reader.string()
        case "queue_mode": queueMode = try reader.orNull { reader throws(ValidationError) in try reader.string() }
        case "event_order": eventOrder = try reader.orNull { reader throws(ValidationError) in try reader.string() }
        case "batch_size": batchSize = try reader.orNull { reader throws(ValidationError) in try reader.integer() }
        case "batch_interval":
            batchInterval = try reader.orNull { reader throws(ValidationError) in try reader.duration() }
        case "custom_headers":
            customHeaders = try reader.orNull { reader throws(ValidationError) in try reader.headers() } ?? []
        case "max_retries": maxRetries = try reader.orNull { reader throws(ValidationError) in try reader.integer() }
        case "timeout": timeout = try reader.orNull { reader throws(ValidationError) in try reader.duration() }
        case "concurrency": concurrency = try reader.orNull { reader throws(ValidationError) in try reader.integer() }
        case "rate_limit": rateLimit = try reader.orNull { reader throws(ValidationError) in try reader.number() }
        case "rate_burst": rateBurst = try reader.orNull { reader throws(ValidationError) in try reader.integer() }
        case "ordering": ordering = try reader.orNull { reader throws(ValidationError) in try reader.string() }
        case "disable_on_gone":
            disablesOnGone = try reader.orNull { reader throws(ValidationError) in try reader.boolean() }
        case "secret": secret = try reader.orNull { reader throws(ValidationError) in try reader.string() }
        default:
            let known = SubscriptionDraft.memberNames.joined(separator: ", ")
            throw .malformed(quoted(member.name), "is no member of a subscription; there are \(known)")
        }
    }
}

/// Reads the value of one member as the type that it must have.
struct MemberReader {
    private let name: String
    private let value: JSONValue

    init(_ member: JSONMember) {
        (name, value) = (member.name, member.value)
    }

    func orNull<Value>(
        _ read: (MemberReader) throws(ValidationError) -> Value
    ) throws(ValidationError) -> Value? {
        value.isNull ? nil : try read(self)
    }

    func string() throws(ValidationError) -> String {
        guard let text = value.stringValue else { throw .malformed(name, "must be a string") }
        return text
    }

    func strings() throws(ValidationError) -> [String] {
        guard let elements = value.arrayValue else { throw .malformed(name, "must be an array of strings") }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue else { throw .malformed("\(name)[\(index)]", "must be a string") }
            texts.append(text)
        }
        return texts
    }

    func boolean() throws(ValidationError) -> Bool {
        guard let value = value.boolValue else { throw .malformed(name, "must be true or false") }
        return value
    }

    func integer() throws(ValidationError) -> Int {
        guard case .number(let digits) = value else { throw .malformed(name, "must be a whole number") }
        if let number = value.intValue { return number }
        guard digits.utf8.allSatisfy({ $0.decimalDigit != nil || $0 == UInt8(ascii: "-") }) else {
            throw .malformed(name, "must be a whole number, without a fraction or an exponent")
        }
        throw .outOfRange(name, "is far beyond every limit")
    }

    func number() throws(ValidationError) -> Double {
        guard case .number = value else { throw .malformed(name, "must be a number") }
        guard let number = value.doubleValue else { throw .outOfRange(name, "is far beyond every limit") }
        return number
    }

    func duration() throws(ValidationError) -> Duration {
        if case .number = value {
            return .seconds(try integer())
        }
        guard let text = value.stringValue, let duration = DurationText.parse(text) else {
            throw .malformed(
                name, "must be a whole number of seconds, or text such as \"500ms\", \"30s\", \"5m\", \"24h\"")
        }
        return duration
    }

    func headers() throws(ValidationError) -> [HeaderField] {
        guard let members = value.objectValue else {
            throw .malformed(name, "must be an object of header names and values")
        }
        var fields: [HeaderField] = []
        for member in members {
            guard let text = member.value.stringValue else {
                throw .malformed(name, "the value of \(quoted(member.name)) must be a string")
            }
            fields.append(HeaderField(member.name, text))
        }
        return fields
    }
}
