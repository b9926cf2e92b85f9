import GatewayRuntime

/// How psql is told where to connect: the password goes into the environment, as others can read the process list.
struct PsqlSession {
    let url: String
    let environment: [String: String]

    init(url: String, environment: [String: String] = SettingsReader.currentEnvironment) {
        let (bare, password) = Self.withoutPassword(url)
        self.url = bare
        var options = environment["PGOPTIONS"].map { "\($0) " } ?? ""
        options += "-c search_path=martlet"
        var variables = ["PGOPTIONS": options]
        if let password { variables["PGPASSWORD"] = password }
        self.environment = variables
    }

    /// Takes `user:password@` apart, as libpq reads it: the first `@` before any `/` ends it. Other forms of URL stay as
    /// they are.
    private static func withoutPassword(_ url: String) -> (url: String, password: String?) {
        guard let scheme = ["postgresql://", "postgres://"].first(where: url.hasPrefix) else { return (url, nil) }
        let rest = url.dropFirst(scheme.count)
        guard let at = rest.firstIndex(where: { $0 == "@" || $0 == "/" }), rest[at] == "@",
            let colon = rest[..<at].firstIndex(of: ":"),
            let password = percentDecoded(rest[rest.index(after: colon)..<at])
        else { return (url, nil) }
        return (scheme + rest[..<colon] + rest[at...], password)
    }

    /// `nil` for what is no percent encoding (RFC 3986 §2.1).
    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let decoded = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
