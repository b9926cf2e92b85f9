import WebhookCore

/// What is wrong with a form, as templates show it above: each leads to its field.
struct Problems: Sendable {
    struct Entry: Sendable {
        /// The field in the page, as `#` and its id; or another page.
        let link: String
        let text: String
        /// Behind the link.
        var more = ""
    }

    let any: Bool
    let entries: [Entry]

    static let none = Problems([])

    init(_ entries: [Entry]) {
        (any, self.entries) = (!entries.isEmpty, entries)
    }

    /// - Parameter field: the one to look at.
    init(_ text: String, field: String) {
        self.init([Entry(link: "#\(field)", text: text)])
    }

    /// A member of the API as the field of the form.
    init(_ error: ValidationError) {
        let known = ["title", "name", "headers"]
        let field = known.contains(error.member) ? error.member : "rows"
        self.init("\(Self.label(error.member)) \(error.rule).", field: field)
    }

    private static func label(_ member: String) -> String {
        switch member {
        case "title": "The title"
        case "name": "The name"
        case "headers": "The column headings"
        default: member
        }
    }

    func concern(_ field: String) -> Bool { entries.contains { $0.link == "#\(field)" } }
}
