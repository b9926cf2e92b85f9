import WebhookStore

/// One request of somebody who is signed in.
struct Visit: Sendable {
    enum Wish: Sendable {
        case look
        /// A form that was checked to be ours, sent by somebody who may change things.
        case change(Form)
    }

    let wish: Wish
    /// The segments of the path behind that of the section.
    let path: [Substring]
    /// The parameters of the query.
    let query: [String: String]
    let origin: RequestOrigin
    let caller: Caller
    /// For the forms of the page.
    let token: FormToken

    var mayChange: Bool { caller.role == .admin }
}
