import HTTPTypes
import Hummingbird

/// How a reader reaches these pages: scheme and host.
///
/// This server speaks plain HTTP. What a proxy in front of it says in `X-Forwarded-Proto` and `X-Forwarded-Host` is believed
/// from whoever sends it: it decides what addresses this one reader is shown, and whether the cookie is marked `Secure`. No
/// answer is kept for others, and a page of another site cannot have a browser send these fields along with a form.
struct RequestOrigin: Sendable, Equatable {
    let scheme: String
    /// With its port, if it is not that of the scheme. As it was sent: it may hold anything.
    let host: String

    init(scheme: String, host: String) {
        (self.scheme, self.host) = (scheme, host)
    }

    init(of request: Request) {
        let scheme = Self.first(of: .xForwardedProto, in: request)?.lowercased()
        self.scheme = scheme == "https" ? "https" : "http"
        host = Self.first(of: .xForwardedHost, in: request) ?? request.head.authority ?? ""
    }

    var isSecure: Bool { scheme == "https" }
    var description: String { "\(scheme)://\(host)" }

    /// Whether a form that `request` brings may be one of ours, as far as the browser tells. Not every browser does, so
    /// that does not replace the token.
    static func isOurs(_ request: Request) -> Bool {
        // Fetch Metadata: a page cannot make it up. `none`: a person asked for it, by a reload for example.
        if let site = request.headers[.secFetchSite] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin] else { return true }
        // The scheme is that of the proxy's outside, which it may not tell.
        let hosts = [request.head.authority, first(of: .xForwardedHost, in: request)].compactMap { $0 }
        return hosts.contains { origin == "http://\($0)" || origin == "https://\($0)" }
    }

    /// Whether a link of another site has led here.
    static func isFromElsewhere(_ request: Request) -> Bool {
        ["cross-site", "same-site"].contains(request.headers[.secFetchSite])
    }

    /// Of several proxies' values the first is that of the one in front.
    private static func first(of name: HTTPField.Name, in request: Request) -> String? {
        guard let value = request.headers[name]?.split(separator: ",").first else { return nil }
        let trimmed = value.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }
}

extension HTTPField.Name {
    fileprivate static let xForwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    fileprivate static let xForwardedHost = HTTPField.Name("X-Forwarded-Host")!
    fileprivate static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
