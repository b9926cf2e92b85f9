internal import Subprocess

/// What to run under supervision, and as whom.
public struct SupervisedCommand: Sendable {
    /// An absolute path.
    public var executable: String
    public var arguments: [String]
    /// The whole environment of the program: nothing is inherited.
    public var environment: [String: String]
    /// Where the program starts. `nil` means the directory of this process.
    public var workingDirectory: String?
    /// `nil` means the user of this process; only root can choose another.
    public var account: ServerAccount?
    /// What the program gets when this process dies without having ended it.
    public var farewell: ProcessSignal
    /// A directory to delete after such a death. The program's user must be allowed to.
    public var scratchDirectory: String?

    public init(
        executable: String,
        arguments: [String] = [],
        environment: [String: String],
        workingDirectory: String? = nil,
        account: ServerAccount? = nil,
        farewell: ProcessSignal = .terminate,
        scratchDirectory: String? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.account = account
        self.farewell = farewell
        self.scratchDirectory = scratchDirectory
    }

    /// The supervising shell with this command in its arguments.
    var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = true
        let line =
            (account?.prefix ?? [])
            + ["/bin/sh", "-c", SupervisorScript.text, "sh", farewell.rawValue, scratchDirectory ?? "", executable]
            + arguments
        return Configuration(
            executable: .named(line[0]),
            arguments: Arguments(Array(line.dropFirst())),
            environment: .exactly(environment),
            workingDirectory: workingDirectory.map { .init($0) },
            platformOptions: options)
    }
}

extension Executable {
    /// A path as it is; a name is looked for in `PATH`.
    static func named(_ text: String) -> Executable {
        text.contains("/") ? .path(.init(text)) : .name(text)
    }
}

extension Environment {
    /// An environment with these variables and no others.
    static func exactly(_ variables: [String: String]) -> Environment {
        .custom(
            variables.reduce(into: [:]) { environment, variable in
                if let key = Key(rawValue: variable.key) { environment[key] = variable.value }
            })
    }
}
