import Hummingbird
import JSONFilter
import Postgres
import WebhookStore

/// `/livez` and `/readyz`.
struct HealthAPI: Sendable {
    let migrator: Migrator

    /// The process runs and answers.
    func live() -> Response { Self.ok }

    /// The database is reachable and has the schema of this version, or of a newer one.
    func ready() async -> Response {
        do throws(PostgresError) {
            return try await migrator.schemaAge() == .older ? Problem.schemaIsOlder.response() : Self.ok
        } catch {
            return Problem.unavailable("the database cannot be reached or does not answer").response()
        }
    }

    private static var ok: Response {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("status")
        writer.string("ok")
        writer.endObject()
        return Response(json: writer)
    }
}
