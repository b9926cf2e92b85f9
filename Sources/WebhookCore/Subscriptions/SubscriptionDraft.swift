/// A subscription as somebody wants it: values of the right types, not yet checked.
///
/// To create one, fill in a draft; to change one, begin with `init(_:)` of what is there. `settings` checks the whole.
public struct SubscriptionDraft: Sendable, Hashable {
    public var name: String?
    public var url: String?
    public var events: [String]?
    /// `nil`: `standard`.
    public var profile: String?
    public var queueMode: String?
    public var eventOrder: String?
    /// `nil`: 10.
    public var batchSize: Int?
    public var batchInterval: Duration?
    public var customHeaders: [HeaderField] = []
    /// `nil` and 0: 5.
    public var maxRetries: Int?
    /// `nil`: 10 s.
    public var timeout: Duration?
    public var concurrency: Int?
    /// Requests a second; `nil`: no limit.
    public var rateLimit: Double?
    /// `nil`: a second's worth.
    public var rateBurst: Int?
    /// `nil`: `none`.
    public var ordering: String?
    /// `nil`: as the profile says.
    public var disablesOnGone: Bool?
    /// `nil`: make one (on creation) or keep the one there is.
    public var secret: String?

    public init() {}

    public init(_ settings: SubscriptionSettings) {
        name = settings.name
        url = settings.url.text
        events = settings.events.map(\.text)
        profile = settings.profile.rawValue
        queueMode = settings.queueMode?.rawValue
        eventOrder = settings.eventOrder?.rawValue
        batchSize = settings.batchSize
        batchInterval = settings.batchInterval
        customHeaders = settings.customHeaders.fields
        maxRetries = settings.maxRetries
        timeout = settings.timeout
        concurrency = settings.concurrency
        rateLimit = settings.rateLimit
        rateBurst = settings.rateBurst
        ordering = settings.ordering.text
        disablesOnGone = settings.disablesOnGone
    }

    /// Checks every value and fills in the defaults.
    ///
    /// - Throws: the first rule that is broken, in the order of the members in the API.
    public func settings(
        allowHTTP: Bool, addressGuard: AddressGuard
    ) throws(ValidationError) -> SubscriptionSettings {
        SubscriptionSettings(
            name: try checkedName(),
            url: try SubscriptionURL(try required(url, "url"), allowHTTP: allowHTTP, addressGuard: addressGuard),
            events: try checkedEvents(),
            profile: try checkedProfile(),
            queueMode: try choice(queueMode, "queue_mode"),
            eventOrder: try choice(eventOrder, "event_order"),
            batchSize: try within(
                SubscriptionLimits.batchSize, batchSize ?? SubscriptionLimits.batchSizeDefault, "batch_size"),
            batchInterval: try batchInterval.map { value throws(ValidationError) in
                try within(SubscriptionLimits.batchInterval, value, "batch_interval")
            },
            customHeaders: try CustomHeaders(customHeaders),
            maxRetries: try checkedMaxRetries(),
            timeout: try within(SubscriptionLimits.timeout, timeout ?? SubscriptionLimits.timeoutDefault, "timeout"),
            concurrency: try concurrency.map { value throws(ValidationError) in
                try within(SubscriptionLimits.concurrency, value, "concurrency")
            },
            rateLimit: try rateLimit.map { value throws(ValidationError) in
                try within(SubscriptionLimits.rateLimit, value, "rate_limit")
            },
            rateBurst: try rateBurst.map { value throws(ValidationError) in
                try within(SubscriptionLimits.rateBurst, value, "rate_burst")
            },
            ordering: try ordering.map { value throws(ValidationError) in try Ordering(value) } ?? .none,
            disablesOnGone: disablesOnGone)
    }

    /// The secret that was given, checked for the profile that was given; `nil` when there was none.
    public func checkedSecret() throws(ValidationError) -> SubscriptionSecret? {
        guard let secret else { return nil }
        return try SubscriptionSecret(secret, for: try checkedProfile())
    }

    private func checkedName() throws(ValidationError) -> String {
        let name = try required(name, "name")
        guard SubscriptionLimits.nameLength.contains(name.unicodeScalars.count) else {
            throw .outOfRange("name", "must have 1 to \(SubscriptionLimits.nameLength.upperBound) characters")
        }
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .malformed("name", "must not contain control characters")
        }
        guard !name.allSatisfy(\.isWhitespace) else { throw .malformed("name", "must not be blank") }
        return name
    }

    private func checkedEvents() throws(ValidationError) -> [EventPattern] {
        let texts = try required(events, "events")
        guard !texts.isEmpty else {
            throw .outOfRange("events", "must name at least one event or pattern; `*` is every event")
        }
        var patterns: [EventPattern] = []
        var seen: Set<EventPattern> = []
        for (index, text) in texts.enumerated() {
            let pattern = try EventPattern(text, member: "events[\(index)]")
            if seen.insert(pattern).inserted { patterns.append(pattern) }
        }
        guard SubscriptionLimits.eventCount.contains(patterns.count) else {
            throw .outOfRange(
                "events", "has \(patterns.count) patterns, the limit is \(SubscriptionLimits.eventCount.upperBound)")
        }
        return patterns
    }

    private func checkedProfile() throws(ValidationError) -> Profile {
        try choice(profile, "profile") ?? .standard
    }

    private func checkedMaxRetries() throws(ValidationError) -> Int {
        guard let maxRetries, maxRetries != 0 else { return RetryPolicy.retriesDefault }
        return try within(SubscriptionLimits.maxRetries, maxRetries, "max_retries")
    }
}

private func required<Value>(_ value: Value?, _ member: String) throws(ValidationError) -> Value {
    guard let value else { throw .malformed(member, "is required") }
    return value
}

private func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String?, _ member: String
) throws(ValidationError) -> Choice? {
    guard let text else { return nil }
    guard let choice = Choice(rawValue: text) else {
        let names = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        throw .malformed(member, "must be one of \(names), not \(quoted(text))")
    }
    return choice
}

private func within(
    _ range: ClosedRange<Int>, _ value: Int, _ member: String
) throws(ValidationError) -> Int {
    guard range.contains(value) else {
        throw .outOfRange(member, "is \(value), must be \(range.lowerBound) to \(range.upperBound)")
    }
    return value
}

private func within(
    _ range: ClosedRange<Double>, _ value: Double, _ member: String
) throws(ValidationError) -> Double {
    guard range.contains(value) else {
        let (low, high) = (decimalText(range.lowerBound), decimalText(range.upperBound))
        throw .outOfRange(member, "is \(decimalText(value)), must be \(low) to \(high)")
    }
    return value
}

private func within(
    _ range: ClosedRange<Duration>, _ value: Duration, _ member: String
) throws(ValidationError) -> Duration {
    guard range.contains(value) else {
        let (low, high) = (DurationText.format(range.lowerBound), DurationText.format(range.upperBound))
        throw .outOfRange(member, "is \(DurationText.format(value)), must be \(low) to \(high)")
    }
    return value
}

/// `10`, not `10.0`; `0.5`.
public func decimalText(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
}
