/// Keeps the declarations of a `style` attribute that are allowed, one by one, as they were written.
enum StyleFilter {
    /// The survivors with `;` between them, as characters: without references. Empty: the attribute goes.
    ///
    /// - Parameter value: with its references as they were written.
    static func filtered(_ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let text = StyleText.resolved(value)
        var kept: [UInt8] = []
        text.withUnsafeBufferPointer { text in
            var start = 0
            while start <= text.count {
                // Quotes mean nothing here.
                let end = text[start...].firstIndex(of: UInt8(ascii: ";")) ?? text.count
                let declaration = ASCII.trimmed(UnsafeBufferPointer(rebasing: text[start..<end]))
                if !declaration.isEmpty, isAllowed(declaration) {
                    if !kept.isEmpty { kept.append(UInt8(ascii: ";")) }
                    kept.append(contentsOf: declaration)
                }
                start = end + 1
            }
        }
        return kept
    }

    /// What has no colon is no declaration, and harmless as long as it has no forbidden character.
    private static func isAllowed(_ declaration: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let colon = declaration.firstIndex(of: UInt8(ascii: ":")) else {
            return StyleValue(declaration, mayHoldAddress: false, mayHoldGradient: false).isAllowed
        }
        let property = ASCII.trimmed(UnsafeBufferPointer(rebasing: declaration[..<colon]))
        let value = UnsafeBufferPointer(rebasing: declaration[(colon + 1)...])
        if isCustom(property) { return StyleValue(value, mayHoldAddress: false, mayHoldGradient: false).isAllowed }
        guard properties.index(of: property) != nil else { return false }
        return StyleValue(
            value, mayHoldAddress: addressProperties.index(of: property) != nil,
            mayHoldGradient: gradientProperties.index(of: property) != nil
        ).isAllowed
    }

    private static let properties = NameTable(StyleAllowlist.properties)
    private static let addressProperties = NameTable(StyleAllowlist.addressProperties)
    private static let gradientProperties = NameTable(StyleAllowlist.gradientProperties)

    private static func isCustom(_ property: UnsafeBufferPointer<UInt8>) -> Bool {
        property.count > 2 && property.prefix(2).elementsEqual("--".utf8) && property.allSatisfy(StyleValue.isNameByte)
    }
}
