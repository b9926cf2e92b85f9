import PrivatePostgres
import TestSupport
import Testing

/// What the README tells people to type works.
struct ReadmeTests {
    private static let programs = Dictionary(uniqueKeysWithValues: Program.allCases.map { ($0.rawValue, $0) })

    @Test func `every make target that the documents name exists`() throws {
        let targets = Set(
            try SourceTree.lines(of: "Makefile").compactMap { line in
                line.text.firstMatch(of: /^([a-z]+):/).map { String($0.1) }
            })
        let named = try commands().filter { $0.words[0] == "make" }.flatMap { command in
            command.words.dropFirst().filter { $0.wholeMatch(of: /[a-z]+/) != nil }
        }
        #expect(named.contains("run") && named.contains("test"))
        for target in named { #expect(targets.contains(target), "make \(target)") }
    }

    @Test func `every command of ours that the documents name exists, with its flags`() async throws {
        var helps: [[String]: String] = [:]
        let named = try commands().filter { Self.programs[$0.words[0]] != nil }
        #expect(!named.isEmpty)
        for command in named {
            let program = try #require(Self.programs[command.words[0]])
            let subcommands = command.words.dropFirst().prefix { $0.wholeMatch(of: /[a-z][a-z-]*/) != nil }
            let help = try await help(of: program, Array(subcommands), &helps)
            for word in command.words where word.hasPrefix("--") {
                let flag = String(word.prefix { $0 != "=" })
                #expect(help.contains(flag), "\(command.place): \(flag)")
            }
        }
    }

    @Test func `every file that the documents link to exists`() throws {
        for document in try documents() {
            for line in try SourceTree.lines(of: document) {
                for link in line.text.matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/) {
                    #expect(
                        (try? SourceTree.text(of: String(link.1))) != nil
                            || (try? SourceTree.directories(below: String(link.1))) != nil,
                        "\(document):\(line.number) links to \(link.1)")
                }
            }
        }
    }

    /// The help of the command that is named. A word too many (an argument) is left away.
    private func help(
        of program: Program, _ words: [String], _ known: inout [[String]: String]
    ) async throws -> String {
        let key = [program.rawValue] + words
        if let help = known[key] { return help }
        let (exit, help) = try await withChildProcess(program, words + ["--help"]) { child in
            (try await child.waitForExit(), child.output.map(\.text).joined(separator: "\n"))
        }
        #expect(exit == .exited(0), "\(key.joined(separator: " "))")
        known[key] = help
        return help
    }

    private struct Command {
        let place: String
        let words: [String]
    }

    /// Lines of code blocks, and code within lines, that begin with `make` or a program of ours.
    private func commands() throws -> [Command] {
        var commands: [Command] = []
        for document in try documents() {
            var isCode = false
            for line in try SourceTree.lines(of: document) {
                guard !line.text.hasPrefix("```") else {
                    isCode.toggle()
                    continue
                }
                let texts = isCode ? [line.text] : line.text.matches(of: /`([^`]+)`/).map(\.1)
                for text in texts {
                    // Variables before it, a prompt, a comment behind it.
                    let words = text.prefix { $0 != "#" }.split(separator: " ").map(String.init)
                        .drop { $0 == "$" || $0.wholeMatch(of: /[A-Z_]+=.*/) != nil }
                    guard let first = words.first.map(Self.name), first == "make" || Self.programs[first] != nil,
                        words.count > 1
                    else { continue }
                    commands.append(
                        Command(place: "\(document):\(line.number)", words: [first] + words.dropFirst()))
                }
            }
        }
        return commands
    }

    private func documents() throws -> [String] {
        ["README.md", "ARCHITECTURE.md"]
    }

    /// `.build/release/martlet` is `martlet`.
    private static func name(_ word: String) -> String {
        String(word.split(separator: "/").last ?? "")
    }
}
