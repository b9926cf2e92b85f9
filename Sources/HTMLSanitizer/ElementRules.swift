/// How the HTML Standard's tree construction (§13.2.6) treats an element: what its start tag ends, and what bounds a
/// search for an open one.
extension Element {
    /// Has no content and no end tag (§13.1.2).
    var isVoid: Bool {
        switch self {
        case .area, .br, .col, .hr, .img, .track, .wbr: true
        default: false
        }
    }

    /// Its start tag ends an open paragraph (§13.2.6.4.7).
    var endsParagraph: Bool {
        switch self {
        case .address, .article, .aside, .blockquote, .dd, .details, .dialog, .div, .dl, .dt, .fieldset, .figcaption,
            .figure, .footer, .h1, .h2, .h3, .h4, .h5, .h6, .header, .hgroup, .hr, .li, .main, .menu, .nav, .ol, .p,
            .pre, .search, .section, .summary, .table, .ul:
            true
        default: false
        }
    }

    var isHeading: Bool {
        switch self {
        case .h1, .h2, .h3, .h4, .h5, .h6: true
        default: false
        }
    }

    /// May only stand in a table.
    var isTablePart: Bool {
        switch self {
        case .caption, .col, .colgroup, .tbody, .td, .tfoot, .th, .thead, .tr: true
        default: false
        }
    }

    /// A table or a part of it that holds nothing but other parts.
    var holdsOnlyTableParts: Bool {
        switch self {
        case .colgroup, .table, .tbody, .tfoot, .thead, .tr: true
        default: false
        }
    }

    /// Whether a table part may stand directly in this element. For a cell a row is written where there is none.
    func mayHold(_ part: Element) -> Bool {
        switch part {
        case .col: self == .table || self == .colgroup
        case .tr, .td, .th:
            switch self {
            case .table, .tbody, .tfoot, .thead: true
            case .tr: part != .tr
            default: false
            }
        default: self == .table
        }
    }

    /// What is open outside of it does not concern what is inside.
    var isWall: Bool {
        switch self {
        case .caption, .table, .td, .th: true
        default: false
        }
    }

    /// Inside it an item does not end one outside.
    ///
    /// Of the standard's special elements those that parsers of different age agree about: for the others an item is
    /// ended in any case, which all parsers read alike.
    var holdsItems: Bool {
        switch self {
        case .article, .aside, .blockquote, .button, .dd, .details, .dl, .dt, .fieldset, .figure, .footer, .h1, .h2,
            .h3, .h4, .h5, .h6, .header, .li, .menu, .nav, .ol, .pre, .section, .ul:
            true
        default: isWall || holdsOnlyTableParts
        }
    }

    /// An end tag of something around it does not cut it short.
    var isBlock: Bool {
        holdsItems || endsParagraph
    }
}
