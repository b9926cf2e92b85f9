import HTTPTypes

/// The headers that keep a page from being more than a page.
enum PageHeaders {
    /// For a page that anybody may put into a frame.
    ///
    /// No script runs, whatever a cell holds, and nothing is fetched but pictures, sound and video of cells, over https.
    /// `style` attributes apply: the HTML filter has left only harmless declarations in them.
    static func embeddable(styleSource: String) -> HTTPFields {
        let policy = [
            "default-src 'none'", "style-src \(styleSource)", "style-src-attr 'unsafe-inline'", "img-src https:",
            "media-src https:", "base-uri 'none'", "form-action 'none'", "frame-ancestors *",
        ]
        return [
            .contentType: "text/html; charset=utf-8",
            .contentSecurityPolicy: policy.joined(separator: "; "),
            .xContentTypeOptions: "nosniff",
            .referrerPolicy: "no-referrer",
            // Pages that isolate themselves may embed this one too.
            .crossOriginResourcePolicy: "cross-origin",
        ]
    }

    /// For a page to manage with: in no frame, with no script, and its forms go nowhere else.
    static func management(styleSource: String) -> HTTPFields {
        let policy = [
            "default-src 'none'", "style-src \(styleSource)", "img-src 'self'", "base-uri 'none'", "form-action 'self'",
            "frame-ancestors 'none'",
        ]
        return [
            .contentType: "text/html; charset=utf-8",
            .contentSecurityPolicy: policy.joined(separator: "; "),
            .xContentTypeOptions: "nosniff",
            // With `no-referrer` a browser says `Origin: null` with a form of our own.
            .referrerPolicy: "same-origin",
            .crossOriginResourcePolicy: "same-origin",
            .crossOriginOpenerPolicy: "same-origin",
            .cacheControl: "no-store",
        ]
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = HTTPField.Name(asciiToken: "Referrer-Policy")
    fileprivate static let crossOriginResourcePolicy = HTTPField.Name(asciiToken: "Cross-Origin-Resource-Policy")
    fileprivate static let crossOriginOpenerPolicy = HTTPField.Name(asciiToken: "Cross-Origin-Opener-Policy")
    static let contentDisposition = HTTPField.Name(asciiToken: "Content-Disposition")
    static let retryAfter = HTTPField.Name(asciiToken: "Retry-After")

    /// - Parameter token: letters and hyphens, which every field name may hold.
    private init(asciiToken token: String) {
        guard let name = HTTPField.Name(token) else { preconditionFailure("\(token) is no field name") }
        self = name
    }
}
