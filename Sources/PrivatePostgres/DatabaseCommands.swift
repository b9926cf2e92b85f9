internal import Subprocess

/// Creates and drops databases through PostgreSQL's own client programs.
public struct DatabaseCommands: Sendable {
    /// A libpq URI of a database that stays, by a user who may create others.
    public let server: String
    private let programs: String?

    /// - Parameter programs: the directory of `createdb` and `dropdb`; `nil` means `PATH`.
    public init(server: String, programs: String? = nil) {
        self.server = server
        self.programs = programs
    }

    /// Creates a database as a copy of `template`; `nil` copies the server's default, which is empty.
    ///
    /// Nobody may be connected to the template meanwhile.
    public func create(_ name: String, template: String? = nil) async throws(PrivatePostgresError) {
        let choice = template.map { ["--template=\($0)"] } ?? []
        _ = try await Command.output(
            of: executable("createdb"), ["--maintenance-db=\(server)"] + choice + ["--", name])
    }

    /// Drops a database, and ends the sessions that are in it. Does nothing where there is none.
    public func drop(_ name: String) async throws(PrivatePostgresError) {
        _ = try await Command.output(
            of: executable("dropdb"), ["--maintenance-db=\(server)", "--if-exists", "--force", "--", name])
    }

    private func executable(_ program: String) -> Executable {
        programs.map { .path(.init("\($0)/\(program)")) } ?? .name(program)
    }
}
