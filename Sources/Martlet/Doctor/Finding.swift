import JSONFilter

/// What the doctor found at one place.
struct Finding: Equatable {
    enum Level: String {
        case ok
        /// It works, and somebody should look.
        case warn
        /// It does not work.
        case fail
    }

    let place: String
    let level: Level
    let text: String
    /// What to do; `nil`: nothing.
    let advice: String?

    static func ok(_ place: String, _ text: String) -> Finding {
        Finding(place: place, level: .ok, text: text, advice: nil)
    }

    static func warn(_ place: String, _ text: String, advice: String) -> Finding {
        Finding(place: place, level: .warn, text: text, advice: advice)
    }

    static func fail(_ place: String, _ text: String, advice: String) -> Finding {
        Finding(place: place, level: .fail, text: text, advice: advice)
    }
}

extension JSONWriter {
    mutating func finding(_ finding: Finding) {
        beginObject()
        name("check")
        string(finding.place)
        name("level")
        string(finding.level.rawValue)
        name("finding")
        string(finding.text)
        name("advice")
        string(finding.advice)
        endObject()
    }
}
