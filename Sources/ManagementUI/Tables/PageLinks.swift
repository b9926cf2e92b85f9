/// The links from one page of a table to others.
struct PageLinks: Sendable {
    struct Link: Sendable {
        let name: String
        let link: String
    }

    let count: Int
    let isNeeded: Bool
    let links: [Link]
    let place: String

    /// - Parameters:
    ///   - page: counted from 1.
    ///   - path: of the table.
    init(page: Int, of count: Int, below path: String, fragment: String = "") {
        self.count = count
        isNeeded = count > 1
        place = "Page \(page.grouped) of \(count.grouped)"
        var links: [Link] = []
        let link = { (name: String, page: Int) in Link(name: name, link: "\(path)?page=\(page)\(fragment)") }
        if page > 1 { links += [link("First", 1), link("Previous", page - 1)] }
        if page < count { links += [link("Next", page + 1), link("Last", count)] }
        self.links = links
    }
}
