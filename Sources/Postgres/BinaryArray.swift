/// One-dimensional arrays in PostgreSQL's binary format (`array_send`): number of dimensions, whether there are NULLs,
/// element type, then per dimension count and lower bound, then per element its length (-1 for NULL) and bytes.
enum BinaryArray {
    static func encode<Value: BinaryCodable>(_ values: [Value], elementType: UInt32, into bytes: inout [UInt8]) {
        encodeHeader(count: values.count, hasNull: false, elementType: elementType, into: &bytes)
        for value in values { encodeElement(value, into: &bytes) }
    }

    static func encode<Value: BinaryCodable>(_ values: [Value?], elementType: UInt32, into bytes: inout [UInt8]) {
        let hasNull = values.contains { $0 == nil }
        encodeHeader(count: values.count, hasNull: hasNull, elementType: elementType, into: &bytes)
        for value in values {
            if let value { encodeElement(value, into: &bytes) } else { Int32(-1).encode(into: &bytes) }
        }
    }

    private static func encodeHeader(count: Int, hasNull: Bool, elementType: UInt32, into bytes: inout [UInt8]) {
        Int32(count == 0 ? 0 : 1).encode(into: &bytes)
        Int32(hasNull ? 1 : 0).encode(into: &bytes)
        Int32(bitPattern: elementType).encode(into: &bytes)
        guard count > 0 else { return }  // an empty array has no dimension
        Int32(clamping: count).encode(into: &bytes)
        Int32(1).encode(into: &bytes)
    }

    /// The length is known only after the element: its place is filled in afterwards.
    private static func encodeElement(_ value: some BinaryCodable, into bytes: inout [UInt8]) {
        let start = bytes.count
        Int32(0).encode(into: &bytes)
        value.encode(into: &bytes)
        let length = Int32(clamping: bytes.count - start - 4).bigEndian
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: Int32.self) }
    }

    /// The elements, or `nil` when the bytes are no one-dimensional array of `elementTypes`.
    static func decode<Value: BinaryCodable>(
        _ bytes: UnsafeRawBufferPointer, as type: Value.Type, elementTypes: [UInt32]
    ) -> [Value?]? {
        var cursor = Cursor(bytes: bytes)
        guard let dimensions = cursor.int32(), cursor.int32() != nil, let elementType = cursor.int32(),
            elementTypes.contains(UInt32(bitPattern: elementType))
        else { return nil }
        if dimensions == 0 { return [] }
        guard dimensions == 1, let count = cursor.int32(), count >= 0, cursor.int32() != nil else { return nil }
        var values: [Value?] = []
        // Each element takes at least its length, so a false count cannot reserve more than the answer's own size.
        values.reserveCapacity(min(Int(count), bytes.count / 4))
        for _ in 0..<count {
            guard let length = cursor.int32() else { return nil }
            if length < 0 {
                values.append(nil)
            } else {
                guard let element = cursor.take(Int(length)), let value = Value(binary: element) else { return nil }
                values.append(value)
            }
        }
        return values
    }

    private struct Cursor {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        mutating func int32() -> Int32? {
            take(4).flatMap { Int32(binary: $0) }
        }

        mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
            guard count <= bytes.count - position else { return nil }
            defer { position += count }
            return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        }
    }
}
