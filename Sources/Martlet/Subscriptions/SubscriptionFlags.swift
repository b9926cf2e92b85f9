import ArgumentParser
import WebhookCore

/// The flags that stand for a subscription's settings. What is not given stays as it is.
struct SubscriptionFlags: ParsableArguments {
    /// Takes a setting back to its default.
    static let defaultWord = "default"

    @Option(help: "What people call it.")
    var name: String?

    @Option(help: "Where its requests go.")
    var url: String?

    @Option(parsing: .upToNextOption, help: "The events it wants: names, 'prefix.*' or '*'.")
    var events: [String] = []

    @Option(help: "standard, newmeta or mautic.")
    var profile: String?

    @Option(help: "immediate, queued or default.")
    var queueMode: String?

    @Option(help: "chronological, reverse or default.")
    var eventOrder: String?

    @Option(help: "Entries of an aggregated request at most, or default.")
    var batchSize: String?

    @Option(help: "How often what is queued is sent, such as 30s, or default: only by command.")
    var batchInterval: String?

    @Option(parsing: .upToNextOption, help: "Headers of every request, each 'Name: value'.")
    var customHeaders: [String] = []

    @Option(help: "Retries of one delivery, 1 to 20, or default.")
    var maxRetries: String?

    @Option(help: "For a whole request, 1s to 30s, or default.")
    var timeout: String?

    @Option(help: "Requests in flight per worker, or default.")
    var concurrency: String?

    @Option(help: "Requests a second of all workers together, 0.01 to 10000, or default: no limit.")
    var rateLimit: String?

    @Option(help: "Requests at once under a rate limit, 1 to 10000, or default: a second's worth.")
    var rateBurst: String?

    @Option(help: "none, subscription, or the path of a member (customer.id): equal values go out in order.")
    var ordering: String?

    @Option(help: "Whether a 410 switches it off: true, false, or default: as its profile says.")
    var disableOnGone: String?

    @OptionGroup var secretFlags: SecretFlags

    /// Takes over what was given.
    func apply(to draft: inout SubscriptionDraft) throws {
        if let name { draft.name = name }
        if let url { draft.url = url }
        if !events.isEmpty { draft.events = events }
        if let profile { draft.profile = profile }
        try set(&draft.queueMode, to: queueMode) { $0 }
        try set(&draft.eventOrder, to: eventOrder) { $0 }
        try set(&draft.batchSize, to: batchSize) { try Self.integer($0, "batch_size") }
        try set(&draft.batchInterval, to: batchInterval) { try Self.duration($0, "batch_interval") }
        if !customHeaders.isEmpty { draft.customHeaders = try customHeaders.map(HeaderLine.parse) }
        try set(&draft.maxRetries, to: maxRetries) { try Self.integer($0, "max_retries") }
        try set(&draft.timeout, to: timeout) { try Self.duration($0, "timeout") }
        try set(&draft.concurrency, to: concurrency) { try Self.integer($0, "concurrency") }
        try set(&draft.rateLimit, to: rateLimit) { try Self.number($0, "rate_limit") }
        try set(&draft.rateBurst, to: rateBurst) { try Self.integer($0, "rate_burst") }
        try set(&draft.ordering, to: ordering) { $0 }
        try set(&draft.disablesOnGone, to: disableOnGone) { try Self.boolean($0, "disable_on_gone") }
        if let secret = try secretFlags.text() { draft.secret = secret }
    }

    private func set<Value>(
        _ value: inout Value?, to text: String?, _ parse: (String) throws -> Value
    ) throws {
        guard let text else { return }
        value = text == Self.defaultWord ? nil : try parse(text)
    }

    private static func integer(_ text: String, _ name: String) throws -> Int {
        guard let number = Int(text) else {
            throw UsageError("\(name): must be a whole number or \(defaultWord)")
        }
        return number
    }

    private static func boolean(_ text: String, _ name: String) throws -> Bool {
        guard let value = Bool(text) else { throw UsageError("\(name): must be true, false or \(defaultWord)") }
        return value
    }

    private static func number(_ text: String, _ name: String) throws -> Double {
        guard let number = Double(text), number.isFinite else {
            throw UsageError("\(name): must be a number or \(defaultWord)")
        }
        return number
    }

    private static func duration(_ text: String, _ name: String) throws -> Duration {
        if let seconds = Int32(text) { return .seconds(seconds) }
        guard let duration = DurationText.parse(text) else {
            throw UsageError(
                "\(name): must be seconds, or text such as 30s or 5m, or \(defaultWord)")
        }
        return duration
    }
}
