@testable import PrivatePostgres

/// What psql answers, unaligned, without a heading.
func query(_ url: String, _ sql: String) async throws -> String {
    try await Command.output(of: .name("psql"), ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql])
}
