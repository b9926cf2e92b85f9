import HTTPTypes
import Hummingbird
import GatewayCrypto
import JSONFilter
import Postgres
import WebhookCore
import WebhookStore

/// Why a request is not answered as it was meant: becomes `application/problem+json` (RFC 9457).
///
/// `detail` tells a person what to do; it never repeats a secret, a body, or what the database said.
struct Problem: Error {
    let status: HTTPResponse.Status
    let detail: String
    var headers: HTTPFields = [:]
    /// The sender may be busy sending what nobody will read: the connection has to be closed.
    var leavesBodyUnread = false
    /// Stands in the answer and in the log, where the cause is.
    var incident: String?

    init(_ status: HTTPResponse.Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// What to tell the caller about `error`.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as ValidationError:
            switch error.kind {
            case .malformed: self.init(.badRequest, error.description)
            case .outOfRange: self.init(.unprocessableContent, error.description)
            }
        case let error as JSONError: self.init(.badRequest, "body: is not valid JSON: \(error)")
        case let error as PostgresError: self.init(error)
        default: self = .unexpected()
        }
    }

    private init(_ error: PostgresError) {
        switch error {
        case .cancelled, .shutdown:
            self = .unavailable("this server is stopping")
        case .overloaded:
            self = .unavailable("too many requests are waiting for the database; try again later")
        case _ where error.isTransient:
            self = .unavailable("the database cannot be reached or does not answer; try again later")
        case _ where error.meansMissingSchema:
            self = .schemaIsOlder
        default:
            self = .unexpected()
        }
    }
}

extension Problem {
    static func badRequest(_ detail: String) -> Problem { Problem(.badRequest, detail) }
    static func unprocessable(_ detail: String) -> Problem { Problem(.unprocessableContent, detail) }
    static func notFound(_ detail: String) -> Problem { Problem(.notFound, detail) }

    static func noSuchPath(_ path: Substring) -> Problem {
        .notFound("there is nothing at \(String(path).quoted)")
    }

    static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Problem {
        let methods = allowed.map(\.rawValue).joined(separator: ", ")
        var problem = Problem(.methodNotAllowed, "\(method.rawValue.quoted) is not for this path; there are \(methods)")
        problem.headers[.allow] = methods
        return problem
    }

    /// - Parameter error: the parameter of the challenge (RFC 6750 §3.1); `nil` when there was no key at all.
    static func unauthorized(_ detail: String, error: String? = nil) -> Problem {
        var problem = Problem(.unauthorized, detail)
        problem.headers[.wwwAuthenticate] =
            "Bearer realm=\"martlet\"" + (error.map { ", error=\"\($0)\"" } ?? "")
        return problem
    }

    static func beyondRole(_ role: Role, _ permission: Permission) -> Problem {
        Problem(.forbidden, "a key with the role \(role.rawValue) may not \(permission.description)")
    }

    static func bodyTooLarge(bytesMax: Int) -> Problem {
        var problem = Problem(.contentTooLarge, "body: has more than \(bytesMax) bytes")
        problem.leavesBodyUnread = true
        return problem
    }

    static let bodyTooSlow: Problem = {
        var problem = Problem(.requestTimeout, "body: took too long to come")
        problem.leavesBodyUnread = true
        return problem
    }()

    static let tooManyConnections: Problem = {
        var problem = Problem.unavailable("too many connections; use those you have, or try again later")
        problem.headers[.connection] = "close"
        problem.headers[.contentLength] = "\(problem.document.count)"
        return problem
    }()

    static func unavailable(_ detail: String) -> Problem {
        var problem = Problem(.serviceUnavailable, detail)
        problem.headers[.retryAfter] = "1"
        return problem
    }

    static var schemaIsOlder: Problem {
        .unavailable("the database has not the schema of this version: run `martlet migrate`")
    }

    /// An error of this program: the log has the cause beside the same incident number.
    static func unexpected() -> Problem {
        let incident = Hex.encode(SecureRandom.bytes(8))
        var problem = Problem(.internalServerError, "something went wrong here; the log has it as incident \(incident)")
        problem.incident = incident
        return problem
    }
}

extension Problem {
    /// How long a sender that is being refused may go on sending before the connection is cut. What it sends is thrown
    /// away; closing at once would often destroy the answer on its way (RFC 9112 §9.6).
    static let linger: Duration = .seconds(5)

    /// - Parameter context: of the connection, when that has to be closed behind the answer.
    func response(closing context: GatewayRequestContext? = nil) -> Response {
        var headers = head.headerFields
        if let context {
            headers[.connection] = "close"
            context.closeConnection(after: Self.linger)
        }
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: document)))
    }

    /// Without the length, which is that of `document`.
    var head: HTTPResponse {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return HTTPResponse(status: status, headerFields: headers)
    }

    var document: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        // RFC 9457 §4.2.1: the title is that of the status.
        writer.name("type")
        writer.string("about:blank")
        writer.name("title")
        writer.string(status.reasonPhrase)
        writer.name("status")
        writer.integer(status.code)
        writer.name("detail")
        writer.string(detail)
        writer.endObject()
        return writer.bytes
    }
}

extension PostgresError {
    /// Somebody has to migrate the database: then the same request succeeds.
    var meansMissingSchema: Bool {
        switch state {
        case .undefinedTable, .undefinedColumn, .undefinedFunction, .undefinedObject, "3F000": true
        default: false
        }
    }
}

extension String {
    /// Between backticks, shortened and without control characters, fit to be quoted in a message.
    var quoted: String {
        let charactersMax = 80
        let shown = prefix(charactersMax).unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? "\u{FFFD}" : Character(scalar)
        }
        return "`\(String(shown))\(count > charactersMax ? "…" : "")`"
    }
}
