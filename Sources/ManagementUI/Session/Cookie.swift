import HTTPTypes
import Hummingbird

/// A cookie of these pages: no script reads it, and no other site's request carries it.
struct Cookie: Sendable {
    /// Who is signed in, sealed.
    static let session = Cookie(name: "martlet_session")
    /// The token of the form to sign in with: there is no session yet that could hold it.
    static let signIn = Cookie(name: "martlet_sign_in")

    let name: String

    /// The value that `request` carries, if it does.
    func value(in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                if pair.hasPrefix("\(name)=") { return String(pair.dropFirst(name.count + 1)) }
            }
        }
        return nil
    }

    /// For `Set-Cookie`.
    ///
    /// - Parameters:
    ///   - value: what a cookie may hold as it is, such as Base64 for URLs.
    ///   - isSecure: it only ever travels over https again.
    func setting(_ value: String, for lifetime: Duration, isSecure: Bool) -> String {
        let attributes = "Path=/ui; Max-Age=\(lifetime.components.seconds); HttpOnly; SameSite=Strict"
        return "\(name)=\(value); \(attributes)\(isSecure ? "; Secure" : "")"
    }

    /// For `Set-Cookie`: the browser forgets it.
    func forgetting(isSecure: Bool) -> String { setting("", for: .zero, isSecure: isSecure) }
}
