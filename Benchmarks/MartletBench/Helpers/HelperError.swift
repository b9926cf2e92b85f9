import Glibc

/// Why a part of the benchmark cannot go on.
struct HelperError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// The reason is `errno`.
    static func system(_ call: String) -> HelperError {
        HelperError("\(call): \(String(cString: strerror(errno)))")
    }
}
