import Hummingbird
import JSONFilter
import Postgres
import WebhookStore

/// `/livez` and `/readyz`.
struct HealthAPI: Sendable {
    let migrator: Migrator

    /// The process runs and answers.
    func live() -> Response { Self.ok }

    /// The database is reachable and has the schema of this version.
    func ready() async -> Response {
        do throws(PostgresError) {
            guard try await migrator.isCurrent() else { return Self.notMigrated }
            return Self.ok
        } catch  where error.meansMissingSchema {
            return Self.notMigrated
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

    private static var notMigrated: Response {
        Problem.unavailable("the database has not the schema of this version: run `martlet migrate`")
            .response()
    }
}
