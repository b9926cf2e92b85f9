import Glibc
internal import Subprocess

/// The programs of one installed PostgreSQL server.
public struct PostgresBinaries: Sendable, Equatable {
    /// The oldest major version that the product supports.
    public static let majorVersionMin = 15

    /// Where `postgres`, `initdb` and the client programs are.
    public let directory: String
    /// 15 for 15.18.
    public let majorVersion: Int

    /// The absolute path of one of them.
    public func path(_ program: String) -> String { "\(directory)/\(program)" }

    /// Finds the newest usable installation.
    ///
    /// - Parameter majorVersion: take this version and no other: a data directory opens only with the one that made it.
    public static func find(majorVersion: Int? = nil) async throws(PrivatePostgresError) -> PostgresBinaries {
        let candidates = await candidateDirectories()
        var newest: PostgresBinaries?
        for directory in candidates {
            guard let binaries = await inspect(directory) else { continue }
            if let majorVersion, binaries.majorVersion != majorVersion { continue }
            guard binaries.majorVersion >= majorVersionMin else { continue }
            // On a tie the earlier directory stays: the user's PATH comes first.
            if binaries.majorVersion > newest?.majorVersion ?? 0 { newest = binaries }
        }
        guard let newest else {
            throw .notInstalled(
                wanted: majorVersion.map(String.init) ?? "\(majorVersionMin) or newer", searched: candidates)
        }
        return newest
    }

    /// The user's choice first, then where Debian and Red Hat keep every installed version.
    private static func candidateDirectories() async -> [String] {
        var directories: [String] = []
        if let configured = try? await Command.output(of: .name("pg_config"), ["--bindir"]) {
            directories.append(configured)
        }
        directories += (Files.environment("PATH") ?? "").split(separator: ":").map(String.init)
        directories += Files.entries(of: "/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
        directories += Files.entries(of: "/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
        var seen: Set<String> = []
        return directories.filter { seen.insert($0).inserted }
    }

    private static func inspect(_ directory: String) async -> PostgresBinaries? {
        guard ["postgres", "initdb"].allSatisfy({ access("\(directory)/\($0)", X_OK) == 0 }),
            let answer = try? await Command.output(of: .path(.init("\(directory)/postgres")), ["--version"]),
            let majorVersion = majorVersion(in: answer)
        else { return nil }
        return PostgresBinaries(directory: directory, majorVersion: majorVersion)
    }

    /// 15 from `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`; also from `17beta1`.
    static func majorVersion(in answer: String) -> Int? {
        guard let name = answer.firstRange(of: "(PostgreSQL) ") else { return nil }
        return Int(answer[name.upperBound...].prefix { $0.isNumber })
    }
}
