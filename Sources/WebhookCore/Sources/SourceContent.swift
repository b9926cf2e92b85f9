internal import JSONFilter

/// The body of a verified request, as the data of an event.
struct SourceContent: Sendable {
    /// JSON text: the body itself, or the fields of a form.
    let data: [UInt8]
    let isForm: Bool
    /// `nil`: the data is no object.
    private let object: JSONObjectScanner?

    /// - Parameter formDocument: the field of a form that holds the whole event as JSON.
    /// - Throws: `JSONError` when the body is neither a form nor JSON.
    init(_ request: SourceRequest, formDocument: String?) throws {
        isForm = request.isForm
        if isForm {
            let fields = try FormFields(request.body)
            data = formDocument.flatMap { fields.first($0) } ?? fields.json
        } else {
            data = request.body
        }
        object = try Self.object(data)
    }

    /// `nil`: JSON, but no object.
    private static func object(_ data: [UInt8]) throws(JSONError) -> JSONObjectScanner? {
        do throws(JSONError) {
            return try JSONObjectScanner(data)
        } catch {
            guard error.reason == .notAnObject else { throw error }
            try JSONScanner.validate(data)
            return nil
        }
    }

    /// The string at the top under that name; `nil` when there is none.
    func string(_ name: String) -> String? {
        object?.string(name, in: data)
    }

    /// The string under `name` of the object at the top under `parent`.
    func string(_ parent: String, _ name: String) -> String? {
        guard let member = object?.member(named: parent), member.kind == .object else { return nil }
        return (try? JSONObjectScanner(data, in: member.range))?.string(name, in: data)
    }
}

extension JSONObjectScanner {
    /// The first member of that name, when it is a string.
    func string(_ name: String, in bytes: [UInt8]) -> String? {
        guard let member = member(named: name), member.kind == .string else { return nil }
        return try? JSONString.decode(bytes, in: member.range)
    }

    /// The first member of that name, when it is an integer.
    func integer(_ name: String, in bytes: [UInt8]) -> Int64? {
        guard let member = member(named: name), member.kind == .number else { return nil }
        return Int64(String(decoding: bytes[member.range], as: UTF8.self))
    }
}
