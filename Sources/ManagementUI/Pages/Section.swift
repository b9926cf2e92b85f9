/// One entry of the navigation, and the pages below it.
protocol Section: Sendable {
    /// The segment behind `/ui/`.
    var path: String { get }
    /// What the navigation calls it.
    var title: String { get }

    /// `nil`: there is nothing at that path of the section.
    func answer(_ visit: Visit) async throws -> Answer?
}

/// What a section answers.
enum Answer: Sendable {
    case page(Page)
    /// After a change: the browser asks for this path, so that a reload repeats nothing.
    case seeOther(String)
}
