import Glibc

/// What a helper has to say at its end: one line of names and whole numbers on standard output.
struct Summary: Sendable {
    private static let mark = "summary"
    private var values: [(name: String, value: Int64)] = []

    init(_ values: KeyValuePairs<String, Int64>) {
        self.values = values.map { (name: $0.key, value: $0.value) }
    }

    /// `nil` when the line is no summary.
    init?(line: String) {
        let words = line.split(separator: " ")
        guard words.first == Substring(Self.mark) else { return nil }
        for word in words.dropFirst() {
            let parts = word.split(separator: "=")
            guard parts.count == 2, let value = Int64(parts[1]) else { return nil }
            values.append((name: String(parts[0]), value: value))
        }
    }

    var line: String { ([Self.mark] + values.map { "\($0.name)=\($0.value)" }).joined(separator: " ") }

    subscript(name: String) -> Int64 { values.first { $0.name == name }?.value ?? 0 }
}

/// Lines on standard output, each in one piece and at once: somebody waits for them at the other end of a pipe.
enum StandardOutput {
    static func print(_ line: String) {
        var text = line + "\n"
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(STDOUT_FILENO, rest.baseAddress, rest.count)
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    fileprivate var baseAddress: UnsafePointer<UInt8>? { base.baseAddress.map { $0 + startIndex } }
}
