import ArgumentParser
import GatewayRuntime
import Glibc

/// `martlet psql`
struct PsqlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "psql",
        abstract: "Open psql on DATABASE_URL, or on the database of the `martlet dev` that runs here.",
        discussion: "All arguments go to psql. The search path is martlet, so that its views need no prefix.")

    @Argument(parsing: .captureForPassthrough, help: "Arguments of psql.")
    var arguments: [String] = []

    func run() throws {
        // The help of psql is behind `martlet psql -- --help`.
        if arguments.first == "--help" { throw CleanExit.helpRequest(self) }
        let passed = arguments.first == "--" ? Array(arguments.dropFirst()) : arguments
        let session = PsqlSession(url: try url())
        for (name, value) in session.environment { setenv(name, value, 1) }
        // No shell between: psql takes this process's place, terminal and signals included.
        var pointers: [UnsafeMutablePointer<CChar>?] =
            (["psql", "--dbname=\(session.url)"] + passed).map { strdup($0) }
        pointers.append(nil)
        execvp("psql", pointers)
        throw CommandError(
            "cannot run psql: \(String(cString: strerror(errno))); on Debian and Ubuntu: apt-get install "
                + "postgresql-client")
    }

    private func url() throws -> String {
        if let url = SettingsReader.currentEnvironment["DATABASE_URL"], !url.isEmpty { return url }
        let directory = DevDirectory(path: DevDirectory.defaultPath)
        if let url = directory.urlOfRunningDatabase { return url }
        return try CommandSettings.read([], DatabaseConfiguration.readChecked).url.value
    }
}
