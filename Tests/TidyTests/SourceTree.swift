import Foundation
import Testing

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

    /// A place in a file, and what the first group of a pattern (or all of it) matched there.
    struct Match: CustomTestStringConvertible {
        let place: String
        let text: String

        var testDescription: String { "\(place) \(text)" }
    }

    /// Where `pattern` (ICU syntax, `^` and `$` for lines) matches in a file.
    ///
    /// - Parameter inCode: leave out lines that are comments.
    static func matches(of pattern: String, in path: String, inCode: Bool = false) throws -> [Match] {
        try matches(of: pattern, inText: text(of: path), called: path, inCode: inCode)
    }

    static func matches(
        of pattern: String, inText text: String, called name: String, inCode: Bool = false
    ) throws -> [Match] {
        // Swift's own regular expressions take half a minute for this package in a debug build.
        let expression = try NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines])
        let text = text as NSString
        return expression.matches(in: text as String, range: NSRange(location: 0, length: text.length))
            .compactMap { match in
                let line = text.substring(with: text.lineRange(for: NSRange(location: match.range.location, length: 0)))
                let code = line.drop { $0 == " " }
                if inCode, code.hasPrefix("//") || code.hasPrefix("--") { return nil }
                let number = text.substring(to: match.range.location).utf8.count { $0 == UInt8(ascii: "\n") } + 1
                let range = match.numberOfRanges > 1 ? match.range(at: 1) : match.range
                return Match(
                    place: "\(name):\(number)",
                    text: range.location == NSNotFound ? "" : text.substring(with: range))
            }
    }

    /// None of `files` holds what `pattern` describes.
    ///
    /// - Parameter example: a line that the pattern finds, as proof that it can.
    static func expectNone(
        of pattern: String, suchAs example: String, in files: [String], inCode: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(!files.isEmpty, sourceLocation: sourceLocation)
        let proof = try matches(of: pattern, inText: example, called: "the example", inCode: inCode)
        #expect(proof.count == 1, "the pattern does not find \(example)", sourceLocation: sourceLocation)
        for file in files {
            let found = try matches(of: pattern, in: file, inCode: inCode)
            #expect(found.isEmpty, sourceLocation: sourceLocation)
        }
    }
}
