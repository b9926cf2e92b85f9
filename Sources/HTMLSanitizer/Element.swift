/// An element that stays: one of WordPress's `post` list, less `object`, `textarea`, `title`, `math` and what only means
/// something inside `math`. A case is called what its tag is called.
enum Element: UInt8, CaseIterable {
    case a, abbr, acronym, address, area, article, aside, audio, b, bdo, big, blockquote, br, button, caption, cite,
        code, col, colgroup, data, dd, del, details, dfn, dialog, div, dl, dt, em, fieldset, figcaption, figure, font,
        footer, h1, h2, h3, h4, h5, h6, header, hgroup, hr, i, img, ins, kbd, label, legend, li, main, map, mark,
        menu, meter, nav, ol, p, pre, progress, q, rb, rp, rt, rtc, ruby, s, samp, search, section, small, span,
        strike, strong, sub, summary, sup, table, tbody, td, tfoot, th, thead, time, tr, track, tt, u, ul, `var`,
        video, wbr
}

extension Element {
    private static let byName = NameTable(allCases.map { "\($0)" })

    /// - Parameter name: ASCII letters in either case.
    init?(name: UnsafeBufferPointer<UInt8>) {
        guard let index = Self.byName.index(of: name, foldingCase: true) else { return nil }
        self = Self.allCases[index]
    }

    /// The name as it is written, in lower case.
    var name: ArraySlice<UInt8> { Self.byName[Int(rawValue)] }
}
