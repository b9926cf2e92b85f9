import Glibc
import HTMLSanitizer

/// Filters one document after the other, for programs that judge the results (see `Tests/HTMLOracle`).
///
/// Reads four bytes of length, big-endian, and the document; answers with the same of what stays, and a byte: 1 when
/// filtering it again changes nothing. Ends with the input.
@main
enum HTMLSanitizeStream {
    static func main() {
        while let document = read() {
            let result = HTMLSanitizer.sanitize(document)
            write(length(result.count) + result + [HTMLSanitizer.sanitize(result) == result ? 1 : 0])
        }
    }

    private static func read() -> [UInt8]? {
        guard let length = read(count: 4) else { return nil }
        return read(count: length.reduce(0) { $0 << 8 | Int($1) })
    }

    private static func read(count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let step = bytes.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress.map { $0 + done }, count - done) }
            guard step > 0 else { return nil }
            done += step
        }
        return bytes
    }

    private static func length(_ count: Int) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: count >> $0) }
    }

    private static func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let step = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress.map { $0 + done }, bytes.count - done) }
            guard step > 0 else { exit(74) }
            done += step
        }
    }
}
