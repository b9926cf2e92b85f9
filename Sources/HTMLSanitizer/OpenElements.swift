/// The elements that are open, and what must be closed before the next one opens: so that the tags which are written spell
/// the very tree that an HTML parser makes of them, and none of them reaches out of the cell they are put into.
struct OpenElements {
    /// Start tags beyond so many open elements are dropped; their text stays. Browsers cut off at 512.
    static let depthMax = 128

    private struct Entry {
        let element: Element
        /// Where the next outer element of the same name is; -1: nowhere.
        let sameOutside: Int
        /// Where the innermost element of each kind is, this one included; -1: nowhere.
        let wall: Int
        let button: Int
        let items: Int
        let block: Int
        /// Its end tag came while a block inside it was open: it ends with that block.
        var endsWithContent = false
    }

    private var entries: [Entry] = []
    /// Where the innermost open element of each name is; -1: nowhere.
    private var innermost = [Int](repeating: -1, count: Element.allCases.count)

    private var top: Element? { entries.last?.element }

    private var isDirectlyInTable: Bool { top?.holdsOnlyTableParts ?? false }

    private func place(of element: Element) -> Int { innermost[Int(element.rawValue)] }
}

// MARK: - Start tags

extension OpenElements {
    /// Makes way for `element` and opens it, unless it is void: whether its start tag may be written, now.
    mutating func start(_ element: Element, _ output: inout [UInt8]) -> Bool {
        if element.isTablePart { return startTablePart(element, &output) }
        if isDirectlyInTable {
            // Only a table ends a table; a parser would put everything else in front of it.
            guard element == .table else { return false }
            close(from: place(of: .table), &output)
        }
        makeWay(for: element, &output)
        return open(element)
    }

    private mutating func startTablePart(_ part: Element, _ output: inout [UInt8]) -> Bool {
        guard place(of: .table) >= 0 else { return false }
        while let top, !top.mayHold(part) { close(from: entries.count - 1, &output) }
        if part == .td || part == .th, top != .tr {
            guard entries.count + 2 <= Self.depthMax else { return false }
            _ = open(.tr)
            Tag.appendStart(.tr, to: &output)
        }
        return open(part)
    }

    /// The rules of "in body", §13.2.6.4.7.
    private mutating func makeWay(for element: Element, _ output: inout [UInt8]) {
        switch element {
        case .a, .button: close(element, inside: entries.last?.wall, &output)
        case .li:
            if let items, entries[items].element == .li { close(from: items, &output) }
        case .dd, .dt:
            if let items, entries[items].element == .dd || entries[items].element == .dt { close(from: items, &output) }
        case .rb, .rtc: closeImplied(besides: nil, &output)
        case .rp, .rt: closeImplied(besides: .rtc, &output)
        default: break
        }
        if element.endsParagraph { close(.p, inside: entries.last?.button, &output) }
        // What ends with the inner one may leave an outer one on top.
        while element.isHeading, top?.isHeading ?? false { close(from: entries.count - 1, &output) }
    }

    private var items: Int? {
        guard let items = entries.last?.items, items >= 0 else { return nil }
        return items
    }

    /// Closes the innermost `element` where nothing at `bound` stands between.
    private mutating func close(_ element: Element, inside bound: Int?, _ output: inout [UInt8]) {
        let place = place(of: element)
        if place >= 0, place >= bound ?? -1 { close(from: place, &output) }
    }

    /// "Generate implied end tags", where there is an annotation to make way for.
    private mutating func closeImplied(besides exception: Element?, _ output: inout [UInt8]) {
        while place(of: .ruby) > entries.last?.wall ?? -1, let top, top != exception {
            switch top {
            case .dd, .dt, .li, .p, .rb, .rp, .rt, .rtc: close(from: entries.count - 1, &output)
            default: return
            }
        }
    }

    private mutating func open(_ element: Element) -> Bool {
        guard !element.isVoid else { return true }
        let place = entries.count
        guard place < Self.depthMax else { return false }
        let outer = entries.last
        entries.append(
            Entry(
                element: element, sameOutside: innermost[Int(element.rawValue)],
                wall: element.isWall ? place : outer?.wall ?? -1,
                button: element.isWall || element == .button ? place : outer?.button ?? -1,
                items: element.holdsItems ? place : outer?.items ?? -1,
                block: element.isBlock ? place : outer?.block ?? -1))
        innermost[Int(element.rawValue)] = place
        return true
    }
}

// MARK: - Text and end tags

extension OpenElements {
    /// Text other than spaces ends a group of columns.
    mutating func beforeText(isBlank: () -> Bool, _ output: inout [UInt8]) {
        if top == .colgroup, !isBlank() { close(from: entries.count - 1, &output) }
    }

    /// Closes the innermost `element` with all that is open inside it. Where a table or a cell stands between, or there is
    /// none, nothing happens; where a block stands between, an element that is none ends with that block.
    mutating func end(_ element: Element, _ output: inout [UInt8]) {
        let place = place(of: element)
        guard place >= 0, place >= bound(of: element) else { return }
        if !element.isBlock, let last = entries.last, last.block > place {
            entries[place].endsWithContent = true
        } else {
            close(from: place, &output)
        }
    }

    /// What an end tag cannot reach beyond.
    private func bound(of element: Element) -> Int {
        if element.isTablePart || element == .table { return self.place(of: .table) }
        return (element == .p || element == .button ? entries.last?.button : entries.last?.wall) ?? -1
    }

    mutating func closeAll(_ output: inout [UInt8]) {
        if !entries.isEmpty { close(from: 0, &output) }
    }

    /// Closes everything from `place` to the top, and then what ends with it.
    private mutating func close(from place: Int, _ output: inout [UInt8]) {
        while entries.count > place || entries.last?.endsWithContent == true {
            let entry = entries.removeLast()
            innermost[Int(entry.element.rawValue)] = entry.sameOutside
            Tag.appendEnd(entry.element, to: &output)
        }
    }
}
