/// What becomes of the value of an attribute that may stay.
enum AttributeRule {
    case text
    /// A URL, see `URLFilter`.
    case address
    /// Declarations, see `StyleFilter`.
    case style
    /// Stays only without a value.
    case valueless

    /// `nil`: the attribute goes.
    ///
    /// - Parameter name: ASCII letters in either case.
    init?(name: UnsafeBufferPointer<UInt8>, element: Element) {
        if let place = Self.global.index(of: name, foldingCase: true) {
            self = place == Self.stylePlace ? .style : .text
        } else if Self.own[Int(element.rawValue)].index(of: name, foldingCase: true) != nil {
            if Self.addresses.index(of: name, foldingCase: true) != nil {
                self = .address
            } else {
                self = element == .a && Self.download.index(of: name, foldingCase: true) != nil ? .valueless : .text
            }
        } else if Self.isDataName(name) {
            self = .text
        } else {
            return nil
        }
    }

    private static let global = NameTable(AttributeAllowlist.global)
    private static let stylePlace = AttributeAllowlist.global.firstIndex(of: "style")
    private static let own = Element.allCases.map { NameTable(AttributeAllowlist.own[$0] ?? []) }
    private static let addresses = NameTable(AttributeAllowlist.addresses)
    private static let download = NameTable(["download"])

    /// `data-` and at least one letter, digit, hyphen or underscore; nothing else.
    private static func isDataName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let prefix: StaticString = "data-"
        let count = prefix.utf8CodeUnitCount
        guard name.count > count else { return false }
        for offset in 0..<count where ASCII.lowercased(name[offset]) != prefix.utf8Start[offset] { return false }
        return name.dropFirst(count).allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }
}
