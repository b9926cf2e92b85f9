import JSONFilter

extension JSONValue {
    /// A number as it was written: ids have more digits than `Double` keeps.
    var numberText: String? {
        if case .number(let text) = self { text } else { nil }
    }
}
