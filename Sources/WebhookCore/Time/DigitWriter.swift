/// Writes ASCII text from left to right into memory that the caller lends: a payload has a time for each of its events,
/// and an array would check its room for every character.
struct DigitWriter {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private var count = 0

    /// - Parameter memory: not initialised, and as long as the longest text needs.
    init(_ memory: UnsafeMutableBufferPointer<UInt8>) {
        self.memory = memory
    }

    var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[..<count]) }

    mutating func character(_ byte: UInt8) {
        precondition(count < memory.count)
        memory.initializeElement(at: count, to: byte)
        count += 1
    }

    /// A number of 0...99 as two digits.
    mutating func twoDigits(_ value: Int) {
        character(UInt8(truncatingIfNeeded: 0x30 + value / 10))
        character(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    /// `value` in decimal, with leading zeros up to `digits`.
    mutating func decimal(_ value: Int, digits: Int) {
        precondition(value >= 0, "a sign is the caller's to write")
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            character(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
            divisor /= 10
        }
    }
}
