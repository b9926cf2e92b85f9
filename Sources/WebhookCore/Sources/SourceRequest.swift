/// A request to a source, as it came.
public struct SourceRequest: Sendable {
    public let headers: [HeaderField]
    /// What stands behind the `?` of the target, undecoded; `nil`: there is no `?`.
    public let query: String?
    public let body: [UInt8]

    public init(headers: [HeaderField], query: String?, body: [UInt8]) {
        (self.headers, self.query, self.body) = (headers, query, body)
    }

    /// The only header of that name, in whatever case.
    func single(_ name: String) throws(VerificationError) -> String {
        let wanted = name.lowercased()
        let values = headers.lazy.filter { $0.name.lowercased() == wanted }
        guard let first = values.first else { throw .missingHeader(name) }
        guard values.dropFirst().isEmpty else { throw .repeatedHeader(name) }
        return first.value
    }

    /// The first header of that name, in whatever case; `nil` when there is none or it is empty.
    func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted && !$0.value.isEmpty }?.value
    }

    /// Whether the body says that it is a form and is none of JSON's containers, which `curl -d` calls a form, too: a
    /// form never begins with one of their brackets.
    var isForm: Bool {
        let type = (header("Content-Type") ?? "").prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard type == "application/x-www-form-urlencoded" else { return false }
        let first = body.first { $0 != 0x20 && !(0x09...0x0D).contains($0) }
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
    }
}
