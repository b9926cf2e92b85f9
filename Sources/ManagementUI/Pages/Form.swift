import HTTPTypes
import Hummingbird
import WebhookCore

/// What a form was filled in with: `application/x-www-form-urlencoded`, in UTF-8.
struct Form: Sendable, Equatable {
    /// Of the body. The largest form is a page of a table to edit (`GridLimits`): three bytes for each of its bytes, six for
    /// a line break, and room for the names of the fields.
    static let bytesMax = 4 << 20
    /// Of the largest form: so many cells and some more.
    static let fieldsMax = 12_000

    private let values: [String: String]

    /// - Throws: a `Refusal` when these are no such fields, or one comes twice.
    init(_ body: [UInt8]) throws(Refusal) {
        let fields: [FormFields.Field]
        do {
            fields = try FormFields(body, countMax: Self.fieldsMax).fields
        } catch {
            throw .tooLarge("The form has too many fields", "It has more than \(Self.fieldsMax.grouped) fields.")
        }
        var values: [String: String] = [:]
        for field in fields {
            guard let name = String(validating: field.name, as: UTF8.self),
                let value = String(validating: field.value, as: UTF8.self)
            else { throw .malformed("A field of the form is not text in UTF-8.") }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .malformed("A field of the form comes twice.")
            }
        }
        self.values = values
    }

    /// The form that `request` brings.
    static func read(from request: Request, upTo bytesMax: Int = bytesMax) async throws -> Form {
        guard Self.isForm(request.headers[.contentType]) else {
            throw Refusal.unsupported.leavingBodyUnread()
        }
        let tooLarge = Refusal.tooLarge(
            "The form is too large", "It may have \(bytesMax.grouped) bytes."
        ).leavingBodyUnread()
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > bytesMax { throw tooLarge }
        let endedEarly = Refusal.malformed("It ended half-way.").leavingBodyUnread()
        var body: [UInt8] = []
        do {
            for try await part in request.body {
                guard body.count + part.readableBytes <= bytesMax else { throw tooLarge }
                body.append(contentsOf: part.readableBytesView)
            }
        } catch {
            throw error as? Refusal ?? endedEarly
        }
        // A connection that closes half-way looks like the end of the body.
        if let announced, announced != body.count { throw endedEarly }
        return try Form(body)
    }

    private static func isForm(_ type: String?) -> Bool {
        let essence = type?.prefix { $0 != ";" && $0 != " " }.lowercased()
        return essence == "application/x-www-form-urlencoded"
    }

    subscript(name: String) -> String? { values[name] }

    /// The value as a whole number in `range`; `nil` when it is none.
    func number<Number: FixedWidthInteger>(_ name: String, in range: ClosedRange<Number>) -> Number? {
        guard let number = values[name].flatMap({ Number($0) }), range.contains(number) else { return nil }
        return number
    }

    /// Whether the checkbox is ticked.
    func isTicked(_ name: String) -> Bool { values[name] != nil }
}
