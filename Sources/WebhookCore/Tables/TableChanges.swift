internal import JSONFilter

/// `{"title", "name", "public", "data"}` as the API takes them to make a table or to change one; `nil` is not given.
public struct TableChanges: Sendable, Equatable {
    public static let memberNames = ["title", "name", "public", "data"]

    public private(set) var title: String?
    public private(set) var name: TableName?
    public private(set) var isPublic: Bool?
    public private(set) var document: TableDocument?

    public init() {}

    /// - Throws: a `ValidationError` or a `JSONError`.
    public init(_ body: [UInt8]) throws {
        let object = try JSONObjectScanner(body)
        if let twice = object.duplicateName {
            throw ValidationError.malformed(quoted(twice), "is given more than once")
        }
        for member in object.members { try apply(member, of: body) }
    }

    /// Nothing is asked for.
    public var isEmpty: Bool { self == TableChanges() }

    private mutating func apply(_ member: JSONObjectScanner.Member, of body: [UInt8]) throws {
        guard Self.memberNames.contains(member.name) else {
            let known = Self.memberNames.joined(separator: ", ")
            throw ValidationError.malformed(quoted(member.name), "is no member of a table; there are \(known)")
        }
        // Every table has a title: there is none to go back to.
        guard member.kind != .null || member.name == "title" else { return }
        switch member.name {
        case "title": title = try TableTitle.read(member, of: body)
        case "name":
            guard member.kind == .string else { throw ValidationError.malformed("name", "must be a string") }
            name = try TableName(JSONString.decode(body, in: member.range))
        case "public":
            guard member.kind == .bool else { throw ValidationError.malformed("public", "must be true or false") }
            isPublic = body[member.range.lowerBound] == UInt8(ascii: "t")
        default:
            guard member.kind == .object else { throw ValidationError.malformed("data", "must be an object") }
            document = try TableDocument(body, in: member.range)
        }
    }
}
