import WebhookStore

/// What is around every page, as the template `frame` shows it.
struct Frame {
    struct Entry {
        let title: String
        let link: String
        let isCurrent: Bool
    }

    let title: String
    let style: String
    /// The page itself, as HTML.
    let main: String
    let isSignedIn: Bool
    let entries: [Entry]
    /// Who is signed in.
    let holder: String
    let token: String

    /// For whoever is not signed in.
    init(title: String, style: String, main: String) {
        (self.title, self.style, self.main) = (title, style, main)
        (isSignedIn, entries, holder, token) = (false, [], "", "")
    }

    /// - Parameter current: the path of the section that the page belongs to.
    init(
        title: String, style: String, main: String, sections: [any Section], current: String, caller: Caller,
        token: FormToken
    ) {
        (self.title, self.style, self.main) = (title, style, main)
        isSignedIn = true
        entries = sections.map { Entry(title: $0.title, link: "/ui/\($0.path)", isCurrent: $0.path == current) }
        holder = [caller.role.rawValue, caller.tenant].compactMap { $0 }.joined(separator: " · ")
        self.token = token.text
    }
}
