import HTTPTypes

/// Why somebody does not get the page they asked for: becomes a page that says so.
struct Refusal: Error, Equatable {
    let status: HTTPResponse.Status
    let title: String
    /// What to do about it.
    let text: String
    /// The browser may be busy sending what nobody will read: the connection has to be closed.
    private(set) var leavesBodyUnread = false

    init(_ status: HTTPResponse.Status, _ title: String, _ text: String) {
        (self.status, self.title, self.text) = (status, title, text)
    }

    /// Nothing of the body that came with the request has been read.
    func leavingBodyUnread() -> Refusal {
        var refusal = self
        refusal.leavesBodyUnread = true
        return refusal
    }
}

extension Refusal {
    static let notFound = Refusal(
        .notFound, "There is nothing here",
        "It may have been deleted, or it belongs to a tenant that your key does not see.")
    static let methodNotAllowed = Refusal(
        .methodNotAllowed, "That cannot be done here", "Pages are read with GET, and forms are sent with POST.")
    static let unsupported = Refusal(
        .unsupportedMediaType, "This is no form", "Forms are sent as application/x-www-form-urlencoded.")
    static let foreignForm = Refusal(
        .forbidden, "This form does not come from here",
        "Nothing was changed. Another site may have sent it, or you have signed in again since the page was opened: "
            + "open the page again and repeat what you did.")
    static let onlyAdmins = Refusal(
        .forbidden, "Your key may only look", "Changes need a key with the role admin: sign in with one.")
    static let unavailable = Refusal(
        .serviceUnavailable, "This cannot be shown now", "The database does not answer. Try again in a moment.")

    static func malformed(_ text: String) -> Refusal { Refusal(.badRequest, "The form cannot be read", text) }
    static func tooLarge(_ title: String, _ text: String) -> Refusal { Refusal(.contentTooLarge, title, text) }

    /// The log has the cause beside the same incident number.
    static func unexpected(incident: String) -> Refusal {
        Refusal(
            .internalServerError, "Something went wrong here", "The log of the server has it as incident \(incident).")
    }
}
