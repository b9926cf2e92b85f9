import Hummingbird
import JSONFilter
import Logging
import WebhookCore
import WebhookStore

/// `POST /v1/tables/{id}/webhook`: an outside system pushes into a table. The order of the checks is the contract's:
/// size, table, secret, signature, shape.
struct PushAPI: Sendable {
    /// How often a push begins again because the secret was replaced meanwhile.
    private static let attemptsMax = 5

    let store: PushStore
    let secrets = KnownSecrets()
    let logger: Logger

    func push(_ id: Substring, _ call: Call) async throws -> Response {
        let body = try await call.request.readBody(upTo: TableLimits.bodyBytesMax)
        guard let table = TableID(String(id)) else { throw TableAPI.notFound(id) }
        let signature = Self.signature(of: call.request)

        // One round trip where the secret is the one of the push before, which the database confirms. Whatever speaks
        // against the push is only believed of a secret that was read for it.
        if let known = secrets[table], let signature, known.secret.signs(body, with: signature),
            let push = try? TablePush(body)
        {
            if let response = try await stored(push, to: table, signedWith: known) { return response }
        }
        for _ in 0..<Self.attemptsMax {
            let current = try await secret(of: table)
            guard let signature, current.secret.signs(body, with: signature) else { throw Self.wrongSignature }
            let push = try Self.push(in: body)
            if let response = try await stored(push, to: table, signedWith: current) {
                secrets[table] = current
                return response
            }
        }
        throw Problem.unavailable("the secret of the table is being replaced; try again")
    }

    private static func signature(of request: Request) -> PushSignature? {
        let values = request.headers[values: .xMMTSignature]
        guard values.count == 1 else { return nil }
        return PushSignature(values[0])
    }

    /// The secret as it is now.
    private func secret(of table: TableID) async throws -> KnownSecret {
        // Since the body is there: however long a sender takes, the database has its time.
        let current = try await store.secret(of: table, deadline: RequestDeadline().remaining)
        if case .known(let secret) = current { return secret }
        secrets[table] = nil
        switch current {
        case .known(let secret): return secret
        case .unknownTable: throw TableAPI.notFound(Substring(table.description))
        case .none: throw Self.disabled
        case .unusable(let reason):
            logger.error(
                "the secret of a table cannot be used: its pushes are refused until it is rotated",
                metadata: ["table": "\(table)", "reason": "\(reason)"])
            throw Self.disabled
        }
    }

    /// Whatever is wrong with the body of a push that was signed is a 400.
    private static func push(in body: [UInt8]) throws -> TablePush {
        do {
            return try TablePush(body)
        } catch {
            guard let error = error as? ValidationError else { throw error }
            throw Problem.badRequest(error.description)
        }
    }

    /// `nil`: the secret is not that of the table any more.
    private func stored(
        _ push: TablePush, to table: TableID, signedWith secret: KnownSecret
    ) async throws -> Response? {
        switch try await store.store(push, to: table, signedWith: secret, deadline: DatabaseDeadline.table) {
        case .stored(let pushed): return Response(json: Self.answer(table, pushed))
        case .full:
            throw Problem.unprocessable(
                "append: the table would have more than \(TableLimits.rowsMax) rows or \(TableLimits.rowBytesMax) bytes"
            )
        case .unknownTable: throw TableAPI.notFound(Substring(table.description))
        case .secretChanged: return nil
        }
    }

    private static func answer(_ table: TableID, _ pushed: PushedTable) -> JSONWriter {
        var writer = JSONWriter(reservingCapacity: 128)
        writer.beginObject()
        writer.name("id")
        writer.string(table.description)
        writer.name("title")
        writer.string(pushed.title)
        writer.name("rows")
        writer.integer(pushed.rowCount)
        writer.name("version")
        writer.integer(pushed.version)
        if pushed.isDuplicate {
            writer.name("duplicate")
            writer.bool(true)
        }
        writer.endObject()
        return writer
    }

    private static let disabled = Problem(
        .forbidden, "the table takes no pushes: it has no secret; an administrator can generate one")

    private static var wrongSignature: Problem {
        var problem = Problem(
            .unauthorized,
            "\(PushSignature.headerName): must stand there once, as `sha256=` and the hexadecimal HMAC-SHA256 of the "
                + "body as it is sent, keyed with the secret of the table")
        problem.headers[.wwwAuthenticate] = "\(PushSignature.headerName) realm=\"martlet\""
        return problem
    }
}
