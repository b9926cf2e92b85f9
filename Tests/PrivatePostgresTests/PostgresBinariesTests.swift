import Testing

@testable import PrivatePostgres

struct PostgresBinariesTests {
    @Test(arguments: [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 17beta1", 17),
        ("postgres (EnterpriseDB) 15.1", nil),
        ("", nil),
    ])
    func `the major version is read from what the server says`(answer: String, version: Int?) {
        #expect(PostgresBinaries.majorVersion(in: answer) == version)
    }

    @Test func `an installation is found`() async throws {
        let binaries = try await PostgresBinaries.find()
        #expect(binaries.majorVersion >= PostgresBinaries.majorVersionMin)
    }

    @Test func `a version that is not installed is named, with the places that were searched`() async throws {
        let error = await #expect(throws: PrivatePostgresError.self) {
            try await PostgresBinaries.find(majorVersion: 8)
        }
        let message = try #require(error).description
        #expect(message.contains("PostgreSQL 8 is not installed (searched /"))
    }
}
