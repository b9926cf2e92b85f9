/// Reads one row, column by column from the left, straight out of libpq's result.
///
/// Every read checks the column's type, so a statement and its decoding cannot drift apart unnoticed. Columns that
/// are left over are ignored.
public struct RowReader {
    private let result: QueryResult
    private let row: Int
    private var column = 0

    init(_ result: QueryResult, row: Int) {
        self.result = result
        self.row = row
    }

    public mutating func int16() throws(PostgresError) -> Int16 { try value("int2", [TypeID.int2]) }
    public mutating func int32() throws(PostgresError) -> Int32 { try value("int4", [TypeID.int4]) }
    public mutating func int64() throws(PostgresError) -> Int64 { try value("int8", [TypeID.int8]) }
    public mutating func bool() throws(PostgresError) -> Bool { try value("bool", [TypeID.bool]) }
    /// `float8` or `float4`.
    public mutating func double() throws(PostgresError) -> Double { try value("float8", Self.doubleTypes) }
    /// Any type that is sent as text: `text`, `varchar`, `name`, `json`, enums …
    public mutating func text() throws(PostgresError) -> String { try nonNull(textOrNil()) }
    /// The bytes of a `bytea`, or of the text of a `json`, `jsonb` or text column, unchanged.
    public mutating func bytes() throws(PostgresError) -> [UInt8] { try nonNull(bytesOrNil()) }
    /// Microseconds since 1970-01-01 00:00 UTC; `Int64.min` and `.max` for -infinity and infinity.
    public mutating func timestamp() throws(PostgresError) -> Int64 { try nonNull(timestampOrNil()) }

    public mutating func int16OrNil() throws(PostgresError) -> Int16? { try valueOrNil("int2", [TypeID.int2]) }
    public mutating func int32OrNil() throws(PostgresError) -> Int32? { try valueOrNil("int4", [TypeID.int4]) }
    public mutating func int64OrNil() throws(PostgresError) -> Int64? { try valueOrNil("int8", [TypeID.int8]) }
    public mutating func boolOrNil() throws(PostgresError) -> Bool? { try valueOrNil("bool", [TypeID.bool]) }
    public mutating func doubleOrNil() throws(PostgresError) -> Double? { try valueOrNil("float8", Self.doubleTypes) }

    public mutating func textOrNil() throws(PostgresError) -> String? {
        let type = try columnType()
        guard !TypeID.notText.contains(type) else { throw mismatch("text") }
        return try take("text") { String(decoding: $0, as: UTF8.self) }
    }

    public mutating func bytesOrNil() throws(PostgresError) -> [UInt8]? {
        let type = try columnType()
        if type == TypeID.jsonb {
            // One byte of version before the text.
            return try take("bytes") { $0.first == 1 ? [UInt8]($0.dropFirst()) : nil }
        }
        guard type == TypeID.bytea || !TypeID.notText.contains(type) else { throw mismatch("bytes") }
        return try take("bytes") { [UInt8]($0) }
    }

    public mutating func timestampOrNil() throws(PostgresError) -> Int64? {
        let value: PostgresTimestamp? = try valueOrNil("timestamptz", Self.timestampTypes)
        return value?.microsecondsSinceUnixEpoch
    }

    // MARK: Arrays without NULL elements

    public mutating func int16Array() throws(PostgresError) -> [Int16] { try plainArray("int2[]", [TypeID.int2]) }
    public mutating func int32Array() throws(PostgresError) -> [Int32] { try plainArray("int4[]", [TypeID.int4]) }
    public mutating func int64Array() throws(PostgresError) -> [Int64] { try plainArray("int8[]", [TypeID.int8]) }
    public mutating func boolArray() throws(PostgresError) -> [Bool] { try plainArray("bool[]", [TypeID.bool]) }
    public mutating func doubleArray() throws(PostgresError) -> [Double] {
        try plainArray("float8[]", Self.doubleTypes)
    }
    public mutating func textArray() throws(PostgresError) -> [String] { try plainArray("text[]", Self.textTypes) }
    public mutating func bytesArray() throws(PostgresError) -> [[UInt8]] { try plainArray("bytea[]", Self.bytesTypes) }
    public mutating func timestampArray() throws(PostgresError) -> [Int64] {
        let values: [PostgresTimestamp] = try plainArray("timestamptz[]", Self.timestampTypes)
        return values.map(\.microsecondsSinceUnixEpoch)
    }

    // MARK: Arrays that may be NULL

    public mutating func int16ArrayOrNil() throws(PostgresError) -> [Int16]? {
        try isNull() ? nil : int16Array()
    }
    public mutating func int32ArrayOrNil() throws(PostgresError) -> [Int32]? {
        try isNull() ? nil : int32Array()
    }
    public mutating func int64ArrayOrNil() throws(PostgresError) -> [Int64]? {
        try isNull() ? nil : int64Array()
    }
    public mutating func boolArrayOrNil() throws(PostgresError) -> [Bool]? {
        try isNull() ? nil : boolArray()
    }
    public mutating func doubleArrayOrNil() throws(PostgresError) -> [Double]? {
        try isNull() ? nil : doubleArray()
    }
    public mutating func textArrayOrNil() throws(PostgresError) -> [String]? {
        try isNull() ? nil : textArray()
    }
    public mutating func bytesArrayOrNil() throws(PostgresError) -> [[UInt8]]? {
        try isNull() ? nil : bytesArray()
    }
    public mutating func timestampArrayOrNil() throws(PostgresError) -> [Int64]? {
        try isNull() ? nil : timestampArray()
    }

    // MARK: Arrays whose elements may be NULL

    public mutating func optionalInt16Array() throws(PostgresError) -> [Int16?] { try array("int2[]", [TypeID.int2]) }
    public mutating func optionalInt32Array() throws(PostgresError) -> [Int32?] { try array("int4[]", [TypeID.int4]) }
    public mutating func optionalInt64Array() throws(PostgresError) -> [Int64?] { try array("int8[]", [TypeID.int8]) }
    public mutating func optionalBoolArray() throws(PostgresError) -> [Bool?] { try array("bool[]", [TypeID.bool]) }
    public mutating func optionalDoubleArray() throws(PostgresError) -> [Double?] {
        try array("float8[]", Self.doubleTypes)
    }
    public mutating func optionalTextArray() throws(PostgresError) -> [String?] {
        try array("text[]", Self.textTypes)
    }
    public mutating func optionalBytesArray() throws(PostgresError) -> [[UInt8]?] {
        try array("bytea[]", Self.bytesTypes)
    }
    public mutating func optionalTimestampArray() throws(PostgresError) -> [Int64?] {
        let values: [PostgresTimestamp?] = try array("timestamptz[]", Self.timestampTypes)
        return values.map { $0?.microsecondsSinceUnixEpoch }
    }

    /// Passes over one column.
    public mutating func skip() { column += 1 }

    private static let doubleTypes = [TypeID.float8, TypeID.float4]
    private static let timestampTypes = [TypeID.timestamptz, TypeID.timestamp]
    private static let textTypes = [TypeID.text, TypeID.varchar, TypeID.bpchar, TypeID.name, TypeID.json]
    private static let bytesTypes = [TypeID.bytea, TypeID.json, TypeID.text]

    private mutating func value<Value: BinaryCodable>(
        _ wanted: String, _ types: [UInt32]
    ) throws(PostgresError) -> Value {
        try nonNull(valueOrNil(wanted, types))
    }

    private mutating func valueOrNil<Value: BinaryCodable>(
        _ wanted: String, _ types: [UInt32]
    ) throws(PostgresError) -> Value? {
        guard types.contains(try columnType()) else { throw mismatch(wanted) }
        return try take(wanted) { Value(binary: $0) }
    }

    private mutating func array<Value: BinaryCodable>(
        _ wanted: String, _ elementTypes: [UInt32]
    ) throws(PostgresError) -> [Value?] {
        _ = try columnType()
        let values: [Value?]? = try take(wanted) {
            BinaryArray.decode($0, as: Value.self, elementTypes: elementTypes)
        }
        return try nonNull(values)
    }

    private mutating func plainArray<Value: BinaryCodable>(
        _ wanted: String, _ elementTypes: [UInt32]
    ) throws(PostgresError) -> [Value] {
        _ = try columnType()
        let array: BinaryArray.WithoutNulls<Value>? = try take(wanted) {
            BinaryArray.decodeWithoutNulls($0, as: Value.self, elementTypes: elementTypes)
        }
        switch try nonNull(array) {
        case .values(let values): return values
        case .hasNull: throw .undecodable(detail: "\(columnName(column - 1)) has a NULL element")
        }
    }

    /// Whether the next column is NULL; passes over it if so.
    private mutating func isNull() throws(PostgresError) -> Bool {
        _ = try columnType()
        guard result.withField(row: row, column: column, { $0 == nil }) else { return false }
        column += 1
        return true
    }

    /// The type of the next column.
    private func columnType() throws(PostgresError) -> UInt32 {
        guard column < result.columnCount else {
            throw .undecodable(detail: "column \(column + 1) read, and the row has \(result.columnCount)")
        }
        return result.type(ofColumn: column)
    }

    /// Reads the next column and moves on; `nil` for NULL.
    private mutating func take<Value>(
        _ wanted: String, _ read: (UnsafeRawBufferPointer) -> Value?
    ) throws(PostgresError) -> Value? {
        let value = try result.withField(row: row, column: column) { field throws(PostgresError) -> Value? in
            guard let field else { return nil }
            guard let value = read(field) else { throw mismatch(wanted) }
            return value
        }
        column += 1
        return value
    }

    /// For the column just read.
    private mutating func nonNull<Value>(_ value: Value?) throws(PostgresError) -> Value {
        guard let value else { throw .undecodable(detail: "\(columnName(column - 1)) is NULL") }
        return value
    }

    private func mismatch(_ wanted: String) -> PostgresError {
        let type = result.type(ofColumn: column)
        return .undecodable(detail: "\(columnName(column)) has the type with oid \(type), read as \(wanted)")
    }

    private func columnName(_ column: Int) -> String {
        "column \(column + 1) (\(result.name(ofColumn: column)))"
    }
}
