/// Whether the value of a declaration may stay: it calls only functions that are allowed where they stand, and has no
/// character that could hide or end something.
struct StyleValue {
    /// Parentheses in each other; CSS that people write has three or four.
    private static let depthMax = 32

    /// What stands before an opening parenthesis, and so what may stand behind it.
    private enum Call {
        /// One of `StyleAllowlist.functions`, or a parenthesis inside one.
        case function
        case gradient
        /// Holds no other call.
        case color
    }

    private let text: UnsafeBufferPointer<UInt8>
    private let mayHoldAddress: Bool
    private let mayHoldGradient: Bool

    init(_ text: UnsafeBufferPointer<UInt8>, mayHoldAddress: Bool, mayHoldGradient: Bool) {
        self.text = text
        self.mayHoldAddress = mayHoldAddress
        self.mayHoldGradient = mayHoldGradient
    }

    var isAllowed: Bool {
        var calls: [Call] = []
        var index = 0
        var name = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "("):
                let function = UnsafeBufferPointer(rebasing: text[name..<index])
                if function.elementsEqual("url".utf8) {
                    guard mayHoldAddress, let end = endOfAddress(from: index + 1) else { return false }
                    index = end
                } else {
                    guard calls.count < Self.depthMax, let call = call(of: function, in: calls.last) else {
                        return false
                    }
                    calls.append(call)
                    index += 1
                }
            case UInt8(ascii: ")"):
                // One that closes nothing is as harmless as any other character.
                _ = calls.popLast()
                index += 1
            case UInt8(ascii: "\\"), UInt8(ascii: "&"), UInt8(ascii: "="), UInt8(ascii: "}"): return false
            case UInt8(ascii: "/") where index + 1 < text.count && text[index + 1] == UInt8(ascii: "*"): return false
            default:
                index += 1
                if Self.isNameByte(byte) { continue }
            }
            name = index
        }
        return calls.isEmpty
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private func call(of name: UnsafeBufferPointer<UInt8>, in outer: Call?) -> Call? {
        if outer == .color { return nil }
        if name.isEmpty { return outer == .function ? .function : nil }
        if Self.functions.index(of: name) != nil { return .function }
        if outer != nil, Self.colors.index(of: name) != nil { return .color }
        if mayHoldGradient, outer != .gradient, Self.gradients.index(of: name) != nil { return .gradient }
        return nil
    }

    private static let functions = NameTable(StyleAllowlist.functions)
    private static let gradients = NameTable(StyleAllowlist.gradients)
    private static let colors = NameTable(StyleAllowlist.colors)

    /// Where the text goes on behind `url(...)`, when the address is not empty and would stay as it is.
    private func endOfAddress(from start: Int) -> Int? {
        guard let end = text[start...].firstIndex(of: UInt8(ascii: ")")) else { return nil }
        var address = ASCII.trimmed(UnsafeBufferPointer(rebasing: text[start..<end]))
        if let quote = address.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            guard address.count >= 2, address.last == quote else { return nil }
            address = ASCII.trimmed(UnsafeBufferPointer(rebasing: address[1..<address.count - 1]))
        }
        let isPlain = address.allSatisfy {
            switch $0 {
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: "\\"): false
            default: true
            }
        }
        return !address.isEmpty && isPlain && URLFilter.allows(address) ? end + 1 : nil
    }
}
