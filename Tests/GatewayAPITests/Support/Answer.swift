import JSONFilter

/// What the server answered.
struct Answer: Sendable {
    let status: Int
    /// In the order in which they came.
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSONValue {
        get throws { try JSONValue(parsing: body) }
    }

    /// The string member of that name, at the top.
    func string(_ name: String) throws -> String? {
        try json.member(named: name)?.stringValue
    }

    /// `detail` of a problem document.
    var detail: String? {
        get throws { try string("detail") }
    }
}
