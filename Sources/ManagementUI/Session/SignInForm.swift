/// The form to sign in with, as the template `sign-in` shows it.
struct SignInForm: Sendable {
    static let keyField = "key"
    /// Of the whole form.
    static let bytesMax = 4_096

    let token: String
    let hasProblem: Bool
    let problem: String

    init(token: FormToken, problem: String? = nil) {
        (self.token, hasProblem, self.problem) = (token.text, problem != nil, problem ?? "")
    }

    var page: Page { Page(status: hasProblem ? .forbidden : .ok, title: "Sign in", template: .signIn, content: self) }
}
