/// The hosts to try, one after the other. Pure: no name is resolved and no environment read here.
///
/// libpq walks through several hosts by itself, but then its connection timeout is out of our hands (it applies only
/// to the blocking calls, in whole seconds, two at least). So each host of the list becomes an attempt of its own.
struct ConnectPlan: Equatable {
    /// In the order to try; each names at most one host.
    let attempts: [ConnectionOptions]

    /// - Parameters:
    ///   - options: what the URL says.
    ///   - defaults: what libpq would add from the environment.
    init(options: ConnectionOptions, defaults: ConnectionOptions, configuration: PostgresConfiguration) {
        var base = options.values
        for keyword in ["host", "hostaddr", "port", "options", "target_session_attrs"] where base[keyword] == nil {
            base[keyword] = defaults.values[keyword]
        }
        Self.addDefaults(to: &base, from: defaults.values, configuration)

        let targets = Self.targets(host: base["host"], hostaddr: base["hostaddr"], port: base["port"])
        // libpq prefers a standby by going through the list twice.
        let passes = base["target_session_attrs"] == "prefer-standby" ? ["standby", "any"] : [nil]
        attempts = passes.flatMap { pass in
            targets.map { target in
                var values = base.merging(target) { $1 }
                if let pass { values["target_session_attrs"] = pass }
                return ConnectionOptions(values: values.filter { !$0.value.isEmpty })
            }
        }
    }

    private static func addDefaults(
        to base: inout [String: String], from environment: [String: String], _ configuration: PostgresConfiguration
    ) {
        let wanted = [
            "fallback_application_name": configuration.applicationName,
            // A peer that vanished is noticed within seconds, not after the kernel's hours.
            "keepalives": "1",
            "keepalives_idle": "10",
            "keepalives_interval": "3",
            "keepalives_count": "3",
            "tcp_user_timeout": "15000",  // milliseconds
            // Asking Kerberos can block on the network; whoever uses it says so in the URL.
            "gssencmode": "disable",
        ]
        for (keyword, value) in wanted where base[keyword] == nil { base[keyword] = value }
        base["client_encoding"] = "UTF8"  // `String` decodes on the strength of it
        let settings = configuration.sessionSettings.map { "-c \(escaped($0.0))=\(escaped($0.1))" }
        let options = ([base["options"] ?? ""] + settings).filter { !$0.isEmpty }
        base["options"] = options.joined(separator: " ")
    }

    /// The server splits `options` at white space, except after a backslash.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.isWhitespace || character == "\\" { result.append("\\") }
            result.append(character)
        }
        return result
    }

    /// Splits libpq's comma-separated lists; a single port serves every host.
    private static func targets(host: String?, hostaddr: String?, port: String?) -> [[String: String]] {
        let hosts = list(host)
        let addresses = list(hostaddr)
        let ports = list(port)
        let count = max(hosts.count, addresses.count)
        guard count > 1, hosts.isEmpty || hosts.count == count, addresses.isEmpty || addresses.count == count,
            ports.count <= 1 || ports.count == count
        else {
            // One host, or lists that do not match: libpq then says so better than we could.
            return [[:]]
        }
        return (0..<count).map { index in
            var target: [String: String] = [:]
            if !hosts.isEmpty { target["host"] = hosts[index] }
            if !addresses.isEmpty { target["hostaddr"] = addresses[index] }
            if let first = ports.first { target["port"] = ports.count == 1 ? first : ports[index] }
            return target
        }
    }

    private static func list(_ text: String?) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
