/// A setting of the gateway as a whole: one value for all tenants, changed while everything runs.
public enum GatewaySetting: String, Sendable, CaseIterable {
    /// Of subscriptions that set none of their own.
    case queueMode = "queue_mode"
    /// Of subscriptions that set none of their own.
    case eventOrder = "event_order"
    /// For how long events and attempts are kept.
    case retentionDays = "retention_days"

    public static let retentionDaysRange = 1...3_650

    /// - Throws: when there is no setting of that name.
    public init(name: String) throws(ValidationError) {
        guard let setting = GatewaySetting(rawValue: name) else {
            let names = GatewaySetting.allCases.map(\.rawValue).joined(separator: ", ")
            throw .malformed(quoted(name), "is no setting; there are \(names)")
        }
        self = setting
    }

    /// A number, in JSON too.
    public var isNumber: Bool { self == .retentionDays }

    public func check(_ value: String) throws(ValidationError) {
        switch self {
        case .queueMode: try check(value, isOneOf: QueueMode.allCases.map(\.rawValue))
        case .eventOrder: try check(value, isOneOf: EventOrder.allCases.map(\.rawValue))
        case .retentionDays:
            let range = Self.retentionDaysRange
            guard let days = Int(value), String(days) == value, range.contains(days) else {
                throw .outOfRange(rawValue, "must be \(range.lowerBound) to \(range.upperBound)")
            }
        }
    }

    private func check(_ value: String, isOneOf values: [String]) throws(ValidationError) {
        guard values.contains(value) else {
            throw .malformed(rawValue, "must be one of \(values.joined(separator: ", "))")
        }
    }
}
