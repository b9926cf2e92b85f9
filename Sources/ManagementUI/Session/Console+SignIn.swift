import HTTPTypes
import Hummingbird
import WebhookStore

/// Letting people in and out.
extension Console {
    /// Who `request` comes from. The cookie says which key it was, the key store whether it still is one.
    func visitor(of request: Request, _ keys: KeyDirectory) async throws -> Visitor? {
        guard let text = Cookie.session.value(in: request), let session = seal.session(in: text, at: now()),
            let caller = try await keys.caller(holding: session.key, deadline: Self.deadline),
            SignInProblem.of(caller) == nil
        else { return nil }
        return Visitor(session: session, caller: caller)
    }

    /// A key is 256 random bits: whoever guesses will not live to see it, so nothing here counts attempts.
    func signIn(_ request: Request, _ visitor: Visitor?, _ keys: KeyDirectory) async throws -> Response {
        let isSecure = RequestOrigin(of: request).isSecure
        let known = Cookie.signIn.value(in: request).flatMap(FormToken.init(text:))
        guard request.method == .post else {
            guard visitor == nil else { return redirect(to: "/ui") }
            // The same in every tab, so that the one opened first still works.
            let token = known ?? .random()
            var response = response(SignInForm(token: token).page, nil)
            response.headers.append(.setting(.signIn, token.text, for: Session.lifetime, isSecure: isSecure))
            return response
        }
        let form = try await Form.read(from: request, upTo: SignInForm.bytesMax)
        // Somebody else's form would sign the visitor in with somebody else's key.
        guard let known, known.matches(form[FormToken.fieldName]) else { throw Refusal.foreignForm }
        let key = (form[SignInForm.keyField] ?? "").split(whereSeparator: \.isWhitespace).first ?? ""
        let hash = KeyHash(of: key)
        let isPossible = (1...KeyHash.keyBytesMax).contains(key.utf8.count)
        let caller = isPossible ? try await keys.caller(holding: hash, deadline: Self.deadline) : nil
        if let problem = SignInProblem.of(caller) {
            return response(SignInForm(token: known, problem: problem).page, nil)
        }
        let session = try seal.text(of: Session(key: hash, beginning: now()))
        var response = redirect(to: "/ui")
        response.headers.append(.setting(.session, session, for: Session.lifetime, isSecure: isSecure))
        response.headers.append(.forgetting(.signIn, isSecure: isSecure))
        return response
    }

    func signOut(_ request: Request, _ visitor: Visitor?) async throws -> Response {
        guard request.method == .post, let visitor else { return closing(redirect(to: "/ui"), of: request) }
        let form = try await Form.read(from: request)
        guard visitor.session.token.matches(form[FormToken.fieldName]) else { throw Refusal.foreignForm }
        var response = redirect(to: "/ui/login")
        response.headers.append(.forgetting(.session, isSecure: RequestOrigin(of: request).isSecure))
        return response
    }

    /// For the look at the key.
    private static let deadline: Duration = .milliseconds(1_500)
}

extension HTTPField {
    fileprivate static func setting(
        _ cookie: Cookie, _ value: String, for lifetime: Duration, isSecure: Bool
    ) -> HTTPField {
        HTTPField(name: .setCookie, value: cookie.setting(value, for: lifetime, isSecure: isSecure))
    }

    fileprivate static func forgetting(_ cookie: Cookie, isSecure: Bool) -> HTTPField {
        HTTPField(name: .setCookie, value: cookie.forgetting(isSecure: isSecure))
    }
}
