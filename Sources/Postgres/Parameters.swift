/// The parameters of one call, in PostgreSQL's binary format, in one flat buffer.
///
/// `nil` is SQL NULL and keeps its type. Text and names must not contain U+0000: the server refuses it (22021).
public struct Parameters: Sendable {
    struct Field: Sendable {
        let type: UInt32
        let offset: Int
        /// Bytes; -1 is NULL.
        let length: Int32
    }

    private(set) var bytes: [UInt8] = []
    private(set) var fields: [Field] = []

    public init() {}

    public mutating func int2(_ value: Int16?) { append(value, type: TypeID.int2) }
    public mutating func int4(_ value: Int32?) { append(value, type: TypeID.int4) }
    public mutating func int8(_ value: Int64?) { append(value, type: TypeID.int8) }
    public mutating func bool(_ value: Bool?) { append(value, type: TypeID.bool) }
    public mutating func float8(_ value: Double?) { append(value, type: TypeID.float8) }
    public mutating func text(_ value: String?) { append(value, type: TypeID.text) }
    public mutating func bytea(_ value: [UInt8]?) { append(value, type: TypeID.bytea) }

    /// The UTF-8 text of one JSON value. `json` keeps it byte for byte.
    public mutating func json(_ value: [UInt8]?) { append(value, type: TypeID.json) }

    public mutating func timestamptz(microsecondsSinceUnixEpoch value: Int64?) {
        append(value.map(PostgresTimestamp.init(microsecondsSinceUnixEpoch:)), type: TypeID.timestamptz)
    }

    public mutating func int2Array(_ values: [Int16]) { appendArray(values, TypeID.int2Array, of: TypeID.int2) }
    public mutating func int4Array(_ values: [Int32]) { appendArray(values, TypeID.int4Array, of: TypeID.int4) }
    public mutating func int8Array(_ values: [Int64]) { appendArray(values, TypeID.int8Array, of: TypeID.int8) }
    public mutating func boolArray(_ values: [Bool]) { appendArray(values, TypeID.boolArray, of: TypeID.bool) }
    public mutating func float8Array(_ values: [Double]) { appendArray(values, TypeID.float8Array, of: TypeID.float8) }
    public mutating func textArray(_ values: [String]) { appendArray(values, TypeID.textArray, of: TypeID.text) }
    /// Of text in UTF-8.
    public mutating func textArray(utf8 values: [[UInt8]]?) { appendArray(values, TypeID.textArray, of: TypeID.text) }
    public mutating func byteaArray(_ values: [[UInt8]]) { appendArray(values, TypeID.byteaArray, of: TypeID.bytea) }
    public mutating func jsonArray(_ values: [[UInt8]]) { appendArray(values, TypeID.jsonArray, of: TypeID.json) }
    public mutating func timestamptzArray(microsecondsSinceUnixEpoch values: [Int64]) {
        let timestamps = values.map(PostgresTimestamp.init(microsecondsSinceUnixEpoch:))
        appendArray(timestamps, TypeID.timestamptzArray, of: TypeID.timestamptz)
    }

    @_disfavoredOverload
    public mutating func int2Array(_ values: [Int16?]?) { appendArray(values, TypeID.int2Array, of: TypeID.int2) }
    @_disfavoredOverload
    public mutating func int4Array(_ values: [Int32?]?) { appendArray(values, TypeID.int4Array, of: TypeID.int4) }
    @_disfavoredOverload
    public mutating func int8Array(_ values: [Int64?]?) { appendArray(values, TypeID.int8Array, of: TypeID.int8) }
    @_disfavoredOverload
    public mutating func boolArray(_ values: [Bool?]?) { appendArray(values, TypeID.boolArray, of: TypeID.bool) }
    @_disfavoredOverload
    public mutating func float8Array(_ values: [Double?]?) {
        appendArray(values, TypeID.float8Array, of: TypeID.float8)
    }
    @_disfavoredOverload
    public mutating func textArray(_ values: [String?]?) { appendArray(values, TypeID.textArray, of: TypeID.text) }
    @_disfavoredOverload
    public mutating func byteaArray(_ values: [[UInt8]?]?) { appendArray(values, TypeID.byteaArray, of: TypeID.bytea) }
    @_disfavoredOverload
    public mutating func jsonArray(_ values: [[UInt8]?]?) { appendArray(values, TypeID.jsonArray, of: TypeID.json) }
    @_disfavoredOverload
    public mutating func timestamptzArray(microsecondsSinceUnixEpoch values: [Int64?]?) {
        let timestamps = values?.map { $0.map(PostgresTimestamp.init(microsecondsSinceUnixEpoch:)) }
        appendArray(timestamps, TypeID.timestamptzArray, of: TypeID.timestamptz)
    }

    private mutating func append<Value: BinaryCodable>(_ value: Value?, type: UInt32) {
        let offset = bytes.count
        value?.encode(into: &bytes)
        finish(type: type, offset: offset, isNull: value == nil)
    }

    private mutating func appendArray<Value: BinaryCodable>(_ values: [Value], _ type: UInt32, of elementType: UInt32) {
        let offset = bytes.count
        BinaryArray.encode(values, elementType: elementType, into: &bytes)
        finish(type: type, offset: offset, isNull: false)
    }

    private mutating func appendArray<Value: BinaryCodable>(
        _ values: [Value?]?, _ type: UInt32, of elementType: UInt32
    ) {
        let offset = bytes.count
        if let values { BinaryArray.encode(values, elementType: elementType, into: &bytes) }
        finish(type: type, offset: offset, isNull: values == nil)
    }

    private mutating func finish(type: UInt32, offset: Int, isNull: Bool) {
        // The protocol counts a value's bytes in an Int32; the server's own limit is 1 GiB.
        let length = isNull ? -1 : Int32(clamping: bytes.count - offset)
        fields.append(Field(type: type, offset: offset, length: length))
    }
}
