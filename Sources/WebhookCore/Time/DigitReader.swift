/// Reads fixed-width ASCII text from left to right: dates of RFC 3339 and of HTTP.
struct DigitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: some Sequence<UInt8>) {
        bytes = Array(text)
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Exactly `digits` decimal digits as a number.
    mutating func number(digits: Int) -> Int? {
        guard position + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + digits] {
            guard let digit = byte.decimalDigit else { return nil }
            value = value * 10 + digit
        }
        position += digits
        return value
    }

    /// One or more digits after a decimal point, in units of 10^-`digits`; the digits beyond are cut off.
    mutating func fraction(digits: Int) -> Int? {
        var value = 0
        var count = 0
        while position < bytes.count, let digit = bytes[position].decimalDigit {
            if count < digits { value = value * 10 + digit }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        for _ in 0..<max(0, digits - count) { value *= 10 }
        return value
    }

    /// Moves past `literal` where it comes next; otherwise stays and says `false`.
    mutating func skip(_ literal: String) -> Bool {
        guard bytes[position...].starts(with: literal.utf8) else { return false }
        position += literal.utf8.count
        return true
    }

    /// Moves past the one of `literals` that comes next and returns its index.
    mutating func skip(oneOf literals: [String]) -> Int? {
        for (index, literal) in literals.enumerated() where skip(literal) { return index }
        return nil
    }
}
