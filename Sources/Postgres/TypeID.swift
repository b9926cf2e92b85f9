/// The object ids of PostgreSQL's built-in types (`pg_type.dat`): fixed for ever, the wire protocol depends on them.
enum TypeID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let jsonArray: UInt32 = 199
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let boolArray: UInt32 = 1000
    static let byteaArray: UInt32 = 1001
    static let int2Array: UInt32 = 1005
    static let int4Array: UInt32 = 1007
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let float8Array: UInt32 = 1022
    static let varchar: UInt32 = 1043
    static let bpchar: UInt32 = 1042
    static let name: UInt32 = 19
    static let timestamp: UInt32 = 1114
    static let timestamptz: UInt32 = 1184
    static let timestamptzArray: UInt32 = 1185
    static let jsonb: UInt32 = 3802

    /// Types whose binary form is not their text. Everything else (enums, domains' base types, citext, xml …) is sent
    /// as text and may be read with `text()`.
    static let notText: Set<UInt32> = [
        bool, bytea, int8, int2, int4, oid, float4, float8, timestamp, timestamptz, jsonb,
        boolArray, byteaArray, int2Array, int4Array, textArray, int8Array, float8Array, timestamptzArray, jsonArray,
        1082, 1083, 1186, 1266, 1560, 1562, 1700, 2950,  // date, time, interval, timetz, bit, varbit, numeric, uuid
        650, 829, 869, 2249,  // cidr, macaddr, inet, record
    ]
}
