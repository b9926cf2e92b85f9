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
        guard var elements = Elements(bytes, types: elementTypes) else { return nil }
        var values: [Value?] = []
        values.reserveCapacity(elements.left)
        while elements.left > 0 {
            switch elements.next() {
            case .null: values.append(nil)
            case .bytes(let bytes):
                guard let value = Value(binary: bytes) else { return nil }
                values.append(value)
            case .cutOff: return nil
            }
        }
        return values
    }

    enum WithoutNulls<Value> {
        case values([Value])
        case hasNull
    }

    /// The same for an array whose elements must not be NULL. A batch comes in such arrays: nothing is built twice.
    static func decodeWithoutNulls<Value: BinaryCodable>(
        _ bytes: UnsafeRawBufferPointer, as type: Value.Type, elementTypes: [UInt32]
    ) -> WithoutNulls<Value>? {
        guard var elements = Elements(bytes, types: elementTypes) else { return nil }
        var values: [Value] = []
        values.reserveCapacity(elements.left)
        while elements.left > 0 {
            switch elements.next() {
            case .null: return .hasNull
            case .bytes(let bytes):
                guard let value = Value(binary: bytes) else { return nil }
                values.append(value)
            case .cutOff: return nil
            }
        }
        return .values(values)
    }

    /// Goes from element to element.
    private struct Elements {
        enum Element {
            case null
            case bytes(UnsafeRawBufferPointer)
            /// The bytes end before the element does.
            case cutOff
        }

        private var rest: UnsafeRawBufferPointer
        /// Elements not read yet. At most one for every four bytes: each takes at least its length, so a false count
        /// cannot reserve more than the answer's own size.
        private(set) var left = 0

        init?(_ bytes: UnsafeRawBufferPointer, types: [UInt32]) {
            rest = bytes
            guard let dimensions = int32(), int32() != nil, let type = int32(), types.contains(UInt32(bitPattern: type))
            else { return nil }
            if dimensions == 0 { return }
            guard dimensions == 1, let count = int32(), count >= 0, int32() != nil, count <= rest.count / 4 else {
                return nil
            }
            left = Int(count)
        }

        mutating func next() -> Element {
            left -= 1
            guard let length = int32() else { return .cutOff }
            if length < 0 { return .null }
            guard let element = take(Int(length)) else { return .cutOff }
            return .bytes(element)
        }

        private mutating func int32() -> Int32? {
            take(4).map { Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) }
        }

        private mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
            guard count <= rest.count else { return nil }
            defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
            return UnsafeRawBufferPointer(rebasing: rest[..<count])
        }
    }
}
