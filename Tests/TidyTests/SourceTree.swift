import Foundation

/// The files of this package.
enum SourceTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Built things, dependencies and the history are not ours to judge.
    private static let skipped = [".build", ".git", ".martlet", ".swiftpm"]

    /// Files below `directory` that end in one of `endings`, as paths from the root, sorted.
    static func files(below directory: String, endings: [String]) throws -> [String] {
        let start = root.appending(path: directory)
        guard let found = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil) else { return [] }
        var paths: [String] = []
        for case let file as URL in found {
            if skipped.contains(file.lastPathComponent) { found.skipDescendants() }
            guard endings.contains(where: { file.lastPathComponent.hasSuffix($0) }) else { continue }
            paths.append(String(file.path().dropFirst(root.path().count)))
        }
        return paths.sorted()
    }

    /// The names of the directories directly below `directory`.
    static func directories(below directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            at: root.appending(path: directory), includingPropertiesForKeys: [.isDirectoryKey]
        ).filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent).sorted()
    }

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The lines of a file with their numbers, counted from 1.
    static func lines(of path: String) throws -> [(number: Int, text: Substring)] {
        try text(of: path).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { (number: $0.offset + 1, text: $0.element) }
    }

    /// The lines of a Swift, C or SQL file that are more than a comment.
    static func codeLines(of path: String) throws -> [(number: Int, text: Substring)] {
        try lines(of: path).filter { line in
            let code = line.text.drop { $0 == " " }
            return !code.hasPrefix("//") && !code.hasPrefix("--")
        }
    }
}
