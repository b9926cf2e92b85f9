import Glibc

/// One request of the load client, answered with success.
struct SentRecord: BitwiseCopyable {
    /// What the payload carries as `n`.
    let number: Int64
    /// The id in the answer.
    let eventID: Int64
    /// `CLOCK_MONOTONIC` in nanoseconds, before the first byte was written.
    let sentAt: Int64
    /// When the last byte of the answer had been read.
    let answeredAt: Int64
}

/// One request that the receiver got.
struct ReceivedRecord: BitwiseCopyable {
    /// `X-Delivery-ID`; 0 when it is none.
    let deliveryID: Int64
    /// `n` of the payload; 0 when there is none.
    let number: Int64
    /// `CLOCK_MONOTONIC` in nanoseconds, when the last byte had been read.
    let receivedAt: Int64
}

/// Arrays of records as bytes: between processes of one machine and one build.
enum Records {
    static func write<Record: BitwiseCopyable>(_ records: [Record], to path: String) throws {
        guard let file = fopen(path, "wb") else { throw HelperError.system(path) }
        let written = records.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        guard fclose(file) == 0, written == records.count * MemoryLayout<Record>.stride else {
            throw HelperError.system(path)
        }
    }

    static func read<Record: BitwiseCopyable>(_: Record.Type, from path: String) throws -> [Record] {
        guard let file = fopen(path, "rb") else { throw HelperError.system(path) }
        defer { fclose(file) }
        guard fseek(file, 0, SEEK_END) == 0, case let size = ftell(file), size >= 0 else {
            throw HelperError.system(path)
        }
        rewind(file)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = fread(buffer.baseAddress, 1, size, file)
        }
        return decode(bytes)
    }

    static func encode<Record: BitwiseCopyable>(_ records: [Record]) -> [UInt8] {
        records.withUnsafeBytes { Array($0) }
    }

    /// Whole records; a rest that is none is dropped.
    static func decode<Record: BitwiseCopyable>(_ bytes: [UInt8]) -> [Record] {
        let stride = MemoryLayout<Record>.stride
        return bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / stride).map { bytes.loadUnaligned(fromByteOffset: $0 * stride, as: Record.self) }
        }
    }
}
