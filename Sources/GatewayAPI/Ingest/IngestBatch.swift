import JSONFilter
import WebhookCore
import WebhookStore

/// Many events in one body: a JSON array, or one JSON object a line.
enum IngestBatch {
    static let countRange = 1...1_000

    static func array(_ bytes: [UInt8], now: Timestamp) throws -> [IngestRequest] {
        let elements = try JSONArrayScanner(bytes).elements
        try check(count: elements.count)
        return try elements.enumerated().map { index, element in
            guard element.kind == .object else {
                throw ValidationError.malformed("[\(index)]", "must be an object: one event")
            }
            return try request(bytes, in: element.range, at: .element(index), now: now)
        }
    }

    /// Lines with nothing but blanks do not count.
    static func lines(_ bytes: [UInt8], now: Timestamp) throws -> [IngestRequest] {
        var requests: [IngestRequest] = []
        var number = 0
        var start = bytes.startIndex
        while start < bytes.endIndex {
            number += 1
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            let isBlank = bytes[start..<end].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank {
                try check(count: requests.count + 1)
                requests.append(try request(bytes, in: start..<end, at: .line(number), now: now))
            }
            start = end + 1
        }
        try check(count: requests.count)
        return requests
    }

    private static func request(
        _ bytes: [UInt8], in range: Range<Int>, at place: IngestRequest.Place, now: Timestamp
    ) throws -> IngestRequest {
        guard range.count <= BodyLimit.event else {
            throw Problem(.contentTooLarge, "\(place.name): has more than \(BodyLimit.event) bytes")
        }
        do {
            return try IngestRequest(bytes, in: range, at: place, now: now)
        } catch let error as JSONError {
            throw Problem.badRequest("\(place.name): is not a valid JSON object: \(error)")
        }
    }

    private static func check(count: Int) throws(ValidationError) {
        guard countRange.contains(count) else {
            throw .outOfRange(
                "body", count == 0 ? "holds no event" : "holds more than \(countRange.upperBound) events")
        }
    }
}
