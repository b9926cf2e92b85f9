import Glibc

/// The data of one private server, and how to serve them.
struct ServerCluster: Sendable {
    let directory: ServerDirectory
    let binaries: PostgresBinaries

    /// Makes the data, unless they are there.
    ///
    /// They take their place in one step, so that a first start that was killed leaves nothing half-made in use.
    func initializeIfNew(isDurable: Bool) async throws(PrivatePostgresError) {
        guard directory.majorVersion == nil else { return }
        let draft = "\(directory.path)/data.new"
        _ = try await Command.output(
            of: .name("rm"), ["-rf", "--", draft, directory.passwordFile], as: directory.account)
        try Files.create(directory.passwordFile, text: Text.random(32) + "\n", owner: directory.account)
        let options = [
            "--pgdata=\(draft)", "--username=\(PrivatePostgres.user)", "--pwfile=\(directory.passwordFile)",
            // The socket is behind a directory that only we enter; the loopback interface is open to every local user.
            "--auth-local=trust", "--auth-host=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8",
        ]
        _ = try await Command.output(
            of: .path(.init(binaries.path("initdb"))), options + (isDurable ? [] : ["--no-sync"]),
            as: directory.account)
        guard rename(draft, directory.data) == 0 else { throw .system(directory.data) }
    }

    /// The superuser's password, for TCP.
    func password() throws(PrivatePostgresError) -> String {
        guard let text = Files.text(of: directory.passwordFile) else { throw .system(directory.passwordFile) }
        return Text.trimmed(text)
    }

    /// The server program with all its settings.
    func command(options: PrivatePostgresOptions, port: UInt16) -> SupervisedCommand {
        var settings = [
            "cluster_name": "martlet",
            "listen_addresses": options.listensOnTCP ? "127.0.0.1" : "",
            "port": "\(port)",
            "unix_socket_directories": directory.socketDirectory,
            "unix_socket_permissions": "0700",
            // We read the log: one of its lines says that the server is ready.
            "logging_collector": "off",
            "log_destination": "stderr",
            "lc_messages": "C",
            // Statements, and the details of errors, hold payloads.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
        ]
        if options.isScratch {
            settings["fsync"] = "off"
            settings["full_page_writes"] = "off"
        }
        settings.merge(options.settings) { _, asked in asked }
        let flags = settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
        return SupervisedCommand(
            executable: binaries.path("postgres"),
            arguments: ["-D", directory.data] + flags,
            environment: Command.baseEnvironment,
            workingDirectory: "/",
            account: directory.account,
            farewell: .interrupt,
            scratchDirectory: options.isScratch ? directory.path : nil)
    }

    /// Deletes everything. The server must not run.
    func remove() async throws(PrivatePostgresError) {
        // As the server's user: what it may not delete is not its own.
        _ = try await Command.output(
            of: .name("rm"), ["-rf", "--", directory.socketDirectory, directory.path + "/data"], as: directory.account)
        _ = try await Command.output(of: .name("rm"), ["-rf", "--", directory.path])
    }
}
