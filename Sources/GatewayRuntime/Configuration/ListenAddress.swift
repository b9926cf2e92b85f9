/// Where a program serves.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// An IP address or a name; an IPv6 address without its brackets.
    public let host: String
    /// 0 lets the system choose.
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`, `[address]:port` for IPv6.
    public init(_ text: String) throws(SettingError) {
        let refusal = SettingError("must be host:port, such as 127.0.0.1:8080 or [::1]:8080, not \"\(text)\"")
        guard let colon = text.lastIndex(of: ":") else { throw refusal }
        var host = String(text[..<colon])
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw refusal
        }
        let digits = text[text.index(after: colon)...]
        guard !host.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            throw refusal
        }
        self.init(host: host, port: Int(port))
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
