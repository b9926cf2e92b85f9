import Postgres
import Testing

/// Every type of parameter goes to the server and comes back.
struct TypeTests {
    @Test func `scalars come back as they went`() async throws {
        try await withClient { client throws in
            for sent in Scalars.examples {
                #expect(try await client.execute(sent) == [sent])
            }
        }
    }

    @Test func `arrays come back with their NULLs, and empty arrays stay empty`() async throws {
        try await withClient { client throws in
            for sent in Arrays.examples {
                #expect(try await client.execute(sent) == [sent])
            }
        }
    }

    @Test func `arrays without NULLs come back as plain arrays`() async throws {
        try await withClient { client throws in
            for count in [0, 1, 1000] {
                let sent = PlainArrays(count: count)
                #expect(try await client.execute(sent) == [sent])
            }
        }
    }

    @Test func `a value of 1 MB comes back whole`() async throws {
        try await withClient { client in
            let bytes = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 257) }
            let text = String(repeating: "straße — 𝄞 ", count: 64 * 1024)
            let rows = try await client.execute(Large(bytes: bytes, text: text))
            #expect(rows.count == 1)
            #expect(rows.first?.bytes == bytes)
            #expect(rows.first?.text == text)
        }
    }

    @Test func `json keeps every byte`() async throws {
        let document = #"{ "b":1.10, "a" : 12345678901234567890,"a":"\u0041\u0000", "n": [ ] }  "#
        try await withClient { client in
            let rows = try await client.execute(EchoJSON(document: Array(document.utf8)))
            #expect(rows.map { String(decoding: $0, as: UTF8.self) } == [document])
        }
    }

    @Test func `a timestamp counts microseconds since 1970`() async throws {
        try await withClient { client in
            let rows = try await client.execute(TimestampText(microseconds: 1_700_000_000_123_456))
            #expect(rows == ["2023-11-14 22:13:20.123456"])
        }
    }

    @Test func `reading a column as another type names column and type`() async throws {
        try await withClient { client in
            let error = await postgresError { try await client.execute(WrongType()) }
            #expect(error == .undecodable(detail: "column 1 (answer) has the type with oid 23, read as int8"))
        }
    }

    @Test func `NULL where a value was promised is an error, not a zero`() async throws {
        try await withClient { client in
            let error = await postgresError { try await client.execute(UnexpectedNull()) }
            #expect(error == .undecodable(detail: "column 1 (answer) is NULL"))
        }
    }

    @Test func `reading more columns than there are is an error`() async throws {
        try await withClient { client in
            let error = await postgresError { try await client.execute(TooManyReads()) }
            #expect(error == .undecodable(detail: "column 2 read, and the row has 1"))
        }
    }

    @Test func `the number of affected rows is counted`() async throws {
        try await withClient(script: Items.script) { client throws in
            #expect(try await client.affectedRows(by: Items.Insert(id: 1)) == 1)
            #expect(try await client.affectedRows(by: InsertRange(from: 2, through: 11)) == 10)
        }
    }
}

private struct Scalars: Statement, Equatable {
    var small: Int16?
    var medium: Int32?
    var large: Int64?
    var flag: Bool?
    var real: Double?
    var text: String?
    var bytes: [UInt8]?
    var time: Int64?

    static let examples = [
        Scalars(
            small: .min, medium: .min, large: .min, flag: true, real: -0.1, text: "", bytes: [], time: 0),
        Scalars(
            small: .max, medium: .max, large: .max, flag: false, real: .infinity, text: "é\u{301} 𝄞 'quoted'",
            bytes: Array(0...255), time: -62_135_596_800_000_000),
        Scalars(),
    ]

    static let sql = """
        SELECT $1::int2, $2::int4, $3::int8, $4::bool, $5::float8, $6::text, $7::bytea, $8::timestamptz
        """

    func encode(into parameters: inout Parameters) {
        parameters.int2(small)
        parameters.int4(medium)
        parameters.int8(large)
        parameters.bool(flag)
        parameters.float8(real)
        parameters.text(text)
        parameters.bytea(bytes)
        parameters.timestamptz(microsecondsSinceUnixEpoch: time)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Scalars {
        Scalars(
            small: try row.int16OrNil(), medium: try row.int32OrNil(), large: try row.int64OrNil(),
            flag: try row.boolOrNil(), real: try row.doubleOrNil(), text: try row.textOrNil(),
            bytes: try row.bytesOrNil(), time: try row.timestampOrNil())
    }
}

private struct Arrays: Statement, Equatable {
    var small: [Int16?]
    var medium: [Int32?]
    var large: [Int64?]
    var flags: [Bool?]
    var reals: [Double?]
    var texts: [String?]
    var bytes: [[UInt8]?]
    var documents: [[UInt8]?]
    var times: [Int64?]

    static let examples = [
        Arrays(
            small: [], medium: [], large: [], flags: [], reals: [], texts: [], bytes: [], documents: [], times: []),
        Arrays(
            small: [nil], medium: [nil], large: [nil], flags: [nil], reals: [nil], texts: [nil], bytes: [nil],
            documents: [nil], times: [nil]),
        Arrays(
            small: [1, nil, -1], medium: [nil, .max], large: [.min, nil, .max], flags: [true, nil, false],
            reals: [1.5, nil], texts: ["", nil, "NULL", "{\"a\",b}"], bytes: [[], nil, [0, 255]],
            documents: [Array("{ }".utf8), nil], times: [0, nil, 1]),
    ]

    static let sql = """
        SELECT $1::int2[], $2::int4[], $3::int8[], $4::bool[], $5::float8[], $6::text[], $7::bytea[], $8::json[],
               $9::timestamptz[]
        """

    func encode(into parameters: inout Parameters) {
        parameters.int2Array(small)
        parameters.int4Array(medium)
        parameters.int8Array(large)
        parameters.boolArray(flags)
        parameters.float8Array(reals)
        parameters.textArray(texts)
        parameters.byteaArray(bytes)
        parameters.jsonArray(documents)
        parameters.timestamptzArray(microsecondsSinceUnixEpoch: times)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Arrays {
        Arrays(
            small: try row.optionalInt16Array(), medium: try row.optionalInt32Array(),
            large: try row.optionalInt64Array(), flags: try row.optionalBoolArray(),
            reals: try row.optionalDoubleArray(), texts: try row.optionalTextArray(),
            bytes: try row.optionalBytesArray(), documents: try row.optionalBytesArray(),
            times: try row.optionalTimestampArray())
    }
}

private struct PlainArrays: Statement, Equatable {
    var small: [Int16]
    var medium: [Int32]
    var large: [Int64]
    var flags: [Bool]
    var reals: [Double]
    var texts: [String]
    var bytes: [[UInt8]]
    var documents: [[UInt8]]
    var times: [Int64]

    init(count: Int) {
        small = (0..<count).map { Int16($0) }
        medium = (0..<count).map { Int32($0) }
        large = (0..<count).map { Int64($0) << 40 }
        flags = (0..<count).map { $0 % 3 == 0 }
        reals = (0..<count).map { Double($0) / 7 }
        texts = (0..<count).map { "text \($0)" }
        bytes = (0..<count).map { [UInt8](repeating: UInt8($0 % 256), count: $0 % 5) }
        documents = (0..<count).map { Array("[\($0)]".utf8) }
        times = (0..<count).map { Int64($0) * 1_000_003 }
    }

    private init(from row: inout RowReader) throws(PostgresError) {
        small = try row.int16Array()
        medium = try row.int32Array()
        large = try row.int64Array()
        flags = try row.boolArray()
        reals = try row.doubleArray()
        texts = try row.textArray()
        bytes = try row.bytesArray()
        documents = try row.bytesArray()
        times = try row.timestampArray()
    }

    static let sql = """
        SELECT $1::int2[], $2::int4[], $3::int8[], $4::bool[], $5::float8[], $6::text[], $7::bytea[], $8::json[],
               $9::timestamptz[], NULL::int8[]
        """

    func encode(into parameters: inout Parameters) {
        parameters.int2Array(small)
        parameters.int4Array(medium)
        parameters.int8Array(large)
        parameters.boolArray(flags)
        parameters.float8Array(reals)
        parameters.textArray(texts)
        parameters.byteaArray(bytes)
        parameters.jsonArray(documents)
        parameters.timestamptzArray(microsecondsSinceUnixEpoch: times)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> PlainArrays {
        let arrays = try PlainArrays(from: &row)
        guard try row.int64ArrayOrNil() == nil else { throw .undecodable(detail: "a NULL array came back as a value") }
        return arrays
    }
}

private struct Large: Statement, Equatable {
    let bytes: [UInt8]
    let text: String
    static let sql = "SELECT $1::bytea, $2::text"
    func encode(into parameters: inout Parameters) {
        parameters.bytea(bytes)
        parameters.text(text)
    }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Large {
        Large(bytes: try row.bytes(), text: try row.text())
    }
}

private struct EchoJSON: Statement {
    let document: [UInt8]
    static let sql = "SELECT $1::json"
    func encode(into parameters: inout Parameters) { parameters.json(document) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> [UInt8] { try row.bytes() }
}

private struct TimestampText: Statement {
    let microseconds: Int64
    static let sql = "SELECT to_char($1::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    func encode(into parameters: inout Parameters) {
        parameters.timestamptz(microsecondsSinceUnixEpoch: microseconds)
    }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}

private struct WrongType: Statement {
    static let sql = "SELECT 42 AS answer"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

private struct UnexpectedNull: Statement {
    static let sql = "SELECT NULL::int8 AS answer"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

private struct TooManyReads: Statement {
    static let sql = "SELECT 1::int8"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 {
        _ = try row.int64()
        return try row.int64()
    }
}

private struct InsertRange: Statement {
    let from: Int64
    let through: Int64
    static let sql = "INSERT INTO items (id) SELECT generate_series($1::int8, $2::int8)"
    func encode(into parameters: inout Parameters) {
        parameters.int8(from)
        parameters.int8(through)
    }
}
