import HTTPTypes

/// The inside of a page: a template and what it shows. The frame around it is `Frame`.
struct Page: Sendable {
    var status: HTTPResponse.Status = .ok
    /// Of the window.
    let title: String
    let template: Templates.Name
    /// The template sees its stored properties.
    let content: any Sendable
}
