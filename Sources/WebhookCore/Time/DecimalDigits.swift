extension UInt8 {
    /// 0...9 for an ASCII digit, `nil` for any other byte.
    var decimalDigit: Int? {
        let value = Int(self) - 0x30
        return (0...9).contains(value) ? value : nil
    }
}

extension [UInt8] {
    /// Appends a number of 0...99 as two digits.
    mutating func appendTwoDigits(_ value: Int) {
        append(UInt8(truncatingIfNeeded: 0x30 + value / 10))
        append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    /// Appends `value` in decimal, with leading zeros up to `digits`.
    mutating func appendDecimal(_ value: Int, digits: Int) {
        precondition(value >= 0, "a sign is the caller's to write")
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
            divisor /= 10
        }
    }
}
