/// One request as it came over the wire. Text is made of the bytes only when asked for.
public struct ReceivedRequest: Sendable {
    /// From the request line to the last field, without the empty line after it.
    public let head: [UInt8]
    /// Transfer coding removed.
    public let body: [UInt8]
    /// `CLOCK_MONOTONIC` in nanoseconds when the last byte had been read.
    public let receivedAt: UInt64
    /// Which connection it came over, counted from 1 in the order of acceptance.
    public let connection: Int

    public var method: String { requestLine(part: 0) }
    /// The request target as sent: path and query.
    public var path: String { requestLine(part: 1) }

    private func requestLine(part: Int) -> String {
        let parts = head.prefix { $0 != UInt8(ascii: "\r") }.split(separator: UInt8(ascii: " "))
        return part < parts.count ? String(decoding: parts[part], as: UTF8.self) : ""
    }

    /// In the order and case they were sent, values without surrounding white space.
    public var headers: [(name: String, value: String)] {
        head.split(separator: UInt8(ascii: "\n")).dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return (
                String(decoding: line[..<colon], as: UTF8.self),
                String(decoding: line[(colon + 1)...].trimmed, as: UTF8.self)
            )
        }
    }

    /// The first field of that name, in whatever case; `nil` when there is none.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}
