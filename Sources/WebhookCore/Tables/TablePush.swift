internal import JSONFilter

/// What a push asks for: exactly one of `{"rows": …}`, `{"data": …}` and `{"append": …}`, each with a `title` and an
/// `idempotency_key` if the sender likes.
public struct TablePush: Sendable, Equatable {
    public enum Change: Sendable, Equatable {
        /// The rows of the table are these now; the rest of its document stays.
        case rows([TableRow])
        /// The document of the table is this one now.
        case document(TableDocument)
        /// These come behind the rows there are.
        case append([TableRow])
    }

    public static let memberNames = ["rows", "data", "append", "title", "idempotency_key"]

    public let change: Change
    /// Without tags; `nil`: the title stays.
    public let title: String?
    public let idempotencyKey: String?

    /// - Throws: a `ValidationError` or a `JSONError`.
    public init(_ body: [UInt8]) throws {
        let object = try JSONObjectScanner(body)
        if let twice = object.duplicateName {
            throw ValidationError.malformed(quoted(twice), "is given more than once")
        }
        var change: Change?
        var title: String?
        var idempotencyKey: String?
        for member in object.members {
            switch member.name {
            case "rows", "data", "append":
                guard change == nil else { throw Self.notOneShape }
                change = try Self.change(member, of: body)
            case "title":
                title = try TableTitle.read(member, of: body)
            case "idempotency_key":
                guard member.kind != .null else { continue }
                idempotencyKey = try Self.idempotencyKey(member, of: body)
            default:
                let known = Self.memberNames.joined(separator: ", ")
                throw ValidationError.malformed(quoted(member.name), "is no member of a push; there are \(known)")
            }
        }
        guard let change else { throw Self.notOneShape }
        (self.change, self.title, self.idempotencyKey) = (change, title, idempotencyKey)
    }

    private static let notOneShape = ValidationError.malformed(
        "body", "must have exactly one of `rows`, `data` and `append`")

    private static func change(_ member: JSONObjectScanner.Member, of body: [UInt8]) throws -> Change {
        switch member.name {
        case "data":
            guard member.kind == .object else { throw ValidationError.malformed("data", "must be an object") }
            return .document(try TableDocument(body, in: member.range))
        case "append":
            let rows = try TableDocument.rows(body, in: member.range, member: "append", kind: member.kind)
            guard rows.count <= TableLimits.appendedRowsMax else {
                throw ValidationError.malformed(
                    "append", "has \(rows.count) rows, the limit of one push is \(TableLimits.appendedRowsMax)")
            }
            return .append(rows)
        default:
            return .rows(try TableDocument.rows(body, in: member.range, member: "rows", kind: member.kind))
        }
    }

    private static func idempotencyKey(_ member: JSONObjectScanner.Member, of body: [UInt8]) throws -> String {
        guard member.kind == .string else { throw ValidationError.malformed(member.name, "must be a string") }
        let key = try JSONString.decode(body, in: member.range)
        let bytes = TableLimits.idempotencyKeyBytes
        guard bytes.contains(key.utf8.count), !key.utf8.contains(0) else {
            throw ValidationError.malformed(member.name, "must be 1 to \(bytes.upperBound) bytes without NUL")
        }
        return key
    }
}
