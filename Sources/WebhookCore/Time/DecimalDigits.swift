extension UInt8 {
    /// 0...9 for an ASCII digit, `nil` for any other byte.
    var decimalDigit: Int? {
        let value = Int(self) - 0x30
        return (0...9).contains(value) ? value : nil
    }
}
