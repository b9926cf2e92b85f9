/// The parameters of a request target.
struct Query: Sendable {
    private let text: Substring

    init(_ text: Substring) {
        self.text = text
    }

    /// The value of the first parameter of that name, decoded; `nil` when there is none.
    ///
    /// Escapes that are not UTF-8 come out as U+FFFD, which no value of this API may contain.
    subscript(name: String) -> String? {
        guard !text.isEmpty else { return nil }
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard Self.decoded(parts[0]) == name else { continue }
            return parts.count == 2 ? Self.decoded(parts[1]) : ""
        }
        return nil
    }

    /// A parameter that is misspelt would be as good as none, and a list of everything the answer.
    ///
    /// - Throws: a 400 for the first parameter that is none of `known`.
    func check(against known: [String]) throws(Problem) {
        guard !text.isEmpty else { return }
        for pair in text.split(separator: "&") {
            let name = Self.decoded(pair.prefix { $0 != "=" })
            guard known.contains(name) else {
                throw .badRequest(
                    "\(name.quoted) is no parameter of this call; there are \(known.joined(separator: ", "))")
            }
        }
    }

    /// `+` and `%XX` as in `application/x-www-form-urlencoded`; a `%` without two digits stands for itself.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                if let value = escaped(rest.prefix(2)) {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func escaped(_ digits: Substring.UTF8View) -> UInt8? {
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt8(Substring(digits), radix: 16)
    }
}
