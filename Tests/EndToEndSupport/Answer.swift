public import JSONFilter

/// What `ingest-server` answered.
public struct Answer: Sendable {
    public let status: Int
    /// In the order in which they came.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    /// The first field of that name, in whatever case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The member of that name at the top of the JSON body.
    public func member(_ name: String) throws -> JSONValue? {
        try JSONValue(parsing: body).member(named: name)
    }

    /// The same, which must be a string.
    public func string(_ name: String) throws -> String {
        guard let string = try member(name)?.stringValue else { throw UnexpectedAnswer(answer: self) }
        return string
    }
}

/// An answer that a test did not ask for.
public struct UnexpectedAnswer: Error, CustomStringConvertible {
    public let answer: Answer

    public init(answer: Answer) { self.answer = answer }

    public var description: String { "unexpected answer \(answer.status): \(answer.text)" }
}
