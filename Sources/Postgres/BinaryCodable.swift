/// A value in PostgreSQL's binary format: big-endian, without its length.
protocol BinaryCodable {
    func encode(into bytes: inout [UInt8])

    /// `nil` when `bytes` is not such a value.
    init?(binary bytes: UnsafeRawBufferPointer)
}

extension BinaryCodable where Self: FixedWidthInteger {
    func encode(into bytes: inout [UInt8]) {
        withUnsafeBytes(of: bigEndian) { bytes.append(contentsOf: $0) }
    }

    init?(binary bytes: UnsafeRawBufferPointer) {
        guard bytes.count == MemoryLayout<Self>.size else { return nil }
        self.init(bigEndian: bytes.loadUnaligned(as: Self.self))
    }
}

extension Int16: BinaryCodable {}
extension Int32: BinaryCodable {}
extension Int64: BinaryCodable {}

extension Bool: BinaryCodable {
    func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

    init?(binary bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 1 else { return nil }
        self = bytes[0] != 0
    }
}

extension Double: BinaryCodable {
    func encode(into bytes: inout [UInt8]) { Int64(bitPattern: bitPattern).encode(into: &bytes) }

    init?(binary bytes: UnsafeRawBufferPointer) {
        if let bits = Int64(binary: bytes) {
            self.init(bitPattern: UInt64(bitPattern: bits))
        } else if let bits = Int32(binary: bytes) {  // float4
            self.init(Float(bitPattern: UInt32(bitPattern: bits)))
        } else {
            return nil
        }
    }
}

extension String: BinaryCodable {
    func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }

    /// The connection's encoding is UTF-8, so the server has checked the bytes.
    init?(binary bytes: UnsafeRawBufferPointer) { self.init(decoding: bytes, as: UTF8.self) }
}

extension [UInt8]: BinaryCodable {
    func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: self) }
    init?(binary bytes: UnsafeRawBufferPointer) { self.init(bytes) }
}

/// `timestamptz` on the wire: microseconds since 2000-01-01 00:00 UTC.
struct PostgresTimestamp: BinaryCodable {
    /// From 1970-01-01 to 2000-01-01: 10,957 days.
    private static let epochOffset: Int64 = 946_684_800_000_000

    private let rawValue: Int64

    /// Saturates at the ends of the range, which PostgreSQL reads as infinity.
    init(microsecondsSinceUnixEpoch microseconds: Int64) {
        let (value, overflow) = microseconds.subtractingReportingOverflow(Self.epochOffset)
        rawValue = overflow ? .min : value
    }

    var microsecondsSinceUnixEpoch: Int64 {
        // The ends of the range are -infinity and infinity.
        if rawValue == .min || rawValue == .max { return rawValue }
        let (value, overflow) = rawValue.addingReportingOverflow(Self.epochOffset)
        return overflow ? .max : value
    }

    func encode(into bytes: inout [UInt8]) { rawValue.encode(into: &bytes) }

    init?(binary bytes: UnsafeRawBufferPointer) {
        guard let value = Int64(binary: bytes) else { return nil }
        rawValue = value
    }
}
