import Glibc

/// Looks for things in requests and answers, where making strings of them would cost more than the rest.
enum ByteSearch {
    /// Where `mark` ends; `nil` when it is not there.
    static func end(of mark: StaticString, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let count = mark.utf8CodeUnitCount
        let first = CInt(mark.utf8Start.pointee)
        var start = 0
        while start + count <= bytes.count, let found = memchr(base + start, first, bytes.count - count + 1 - start) {
            let offset = UnsafeRawPointer(found) - base
            if memcmp(found, mark.utf8Start, count) == 0 { return offset + count }
            start = offset + 1
        }
        return nil
    }

    /// The decimal digits behind the first `mark`; `nil` when there are none.
    static func number(after mark: StaticString, in bytes: UnsafeRawBufferPointer) -> Int64? {
        guard let start = end(of: mark, in: bytes) else { return nil }
        var value: Int64 = 0
        var position = start
        while position < bytes.count, case let digit = Int64(bytes[position]) - 0x30, (0...9).contains(digit) {
            value = value &* 10 &+ digit
            position += 1
        }
        return position > start ? value : nil
    }

    /// Those behind every `mark`.
    static func numbers(after mark: StaticString, in bytes: UnsafeRawBufferPointer) -> [Int64] {
        var numbers: [Int64] = []
        var rest = bytes
        while let end = end(of: mark, in: rest) {
            if let number = number(after: mark, in: rest) { numbers.append(number) }
            rest = UnsafeRawBufferPointer(rebasing: rest[end...])
        }
        return numbers
    }
}
