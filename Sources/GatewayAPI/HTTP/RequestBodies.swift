import Hummingbird
import JSONFilter

/// The most bytes that a body may have.
enum BodyLimit {
    static let event = 1_048_576
    static let batch = 16 * 1_048_576
    static let other = 256 * 1_024
}

/// The connection broke while the body was on its way: there is nobody to answer.
struct BrokenBody: Error {
    let cause: any Error
}

extension Request {
    /// The whole body.
    ///
    /// - Throws: a 413 as soon as `Content-Length` or the bytes that have come exceed `bytesMax`; a 408 when the body has
    ///   not come within `ConnectionLimits.bodyTime`.
    func readBody(upTo bytesMax: Int) async throws -> [UInt8] {
        let announced = headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > bytesMax { throw Problem.bodyTooLarge(bytesMax: bytesMax) }

        let bytes = try await bodyBytes(upTo: bytesMax, announced: announced ?? 0)
        // A connection that closes half-way looks like the end of the body.
        if let announced, bytes.count != announced {
            throw Problem.badRequest("body: ended after \(bytes.count) of \(announced) bytes")
        }
        return bytes
    }

    private func bodyBytes(upTo bytesMax: Int, announced: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await part in body {
                guard bytes.count + part.readableBytes <= bytesMax else {
                    throw Problem.bodyTooLarge(bytesMax: bytesMax)
                }
                if bytes.isEmpty { bytes.reserveCapacity(max(announced, part.readableBytes)) }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch let problem as Problem {
            throw problem
        } catch is BodyTooSlow {
            throw Problem.bodyTooSlow
        } catch {
            throw BrokenBody(cause: error)
        }
        return bytes
    }

    /// The body as JSON of `BodyLimit.other`; `nil` when it is empty.
    func readJSONIfAny() async throws -> JSONValue? {
        let bytes = try await readBody(upTo: BodyLimit.other)
        guard !bytes.isEmpty else { return nil }
        return try JSONValue(parsing: bytes)
    }

    /// The body as JSON of `BodyLimit.other`.
    func readJSON() async throws -> JSONValue {
        guard let value = try await readJSONIfAny() else {
            throw Problem.badRequest("body: is empty, must be a JSON object")
        }
        return value
    }

    /// For calls that need to be told nothing: no body, or `{}`.
    func readNothing() async throws {
        guard let value = try await readJSONIfAny() else { return }
        guard let members = value.objectValue else { throw Problem.badRequest("body: must be empty or a JSON object") }
        if let member = members.first {
            throw Problem.badRequest("\(member.name.quoted): is no member here; there are none")
        }
    }

    /// Whether there may be so much of a body that reading it to its end just to throw it away is no option.
    var mayHaveLongBody: Bool {
        headers[.transferEncoding] != nil || (headers[.contentLength].flatMap { Int($0) } ?? 0) > 65_536
    }
}
