/// The scores as a picture: a bar each, all with the same line where the aim is met.
///
/// An SVG without scripts or fonts of its own, for light and dark pages. Nothing is said by colour alone.
struct Plot: Sendable {
    let title: String
    let scores: [Score]

    private static let width = 1_100
    private static let labelWidth = 440
    private static let barWidth = 320
    private static let rowHeight = 24
    private static let headHeight = 64
    /// The best that a bar can show.
    private static let attainmentMax = 2.0

    private var height: Int { Self.headHeight + scores.count * Self.rowHeight + 12 }

    var svg: String {
        ([
            #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(Self.width) \#(height)" width="\#(Self.width)" "#
                + #"height="\#(height)" role="img" aria-labelledby="title description" "#
                + #"font-family="system-ui, sans-serif" font-size="13">"#,
            #"<title id="title">\#(Self.escaped(title))</title>"#,
            #"<desc id="description">\#(Self.escaped(description))</desc>"#, Self.style,
            #"<rect class="page" width="\#(Self.width)" height="\#(height)"/>"#,
            #"<text class="text" x="12" y="24" font-size="16">\#(Self.escaped(title))</text>"#,
        ] + grid + scores.indices.map(row) + [aimLine, "</svg>"]).joined(separator: "\n") + "\n"
    }

    private var description: String {
        "A bar per figure: how far it reaches its aim. Bars that reach the line marked \"aim\" meet it. "
            + scores.map { "\($0.what): \($0.figureText), aim \($0.aim.text), \($0.verdict)." }.joined(separator: " ")
    }

    private static let style = """
        <style>
        .page { fill: #ffffff } .text { fill: #1f2328 } .quiet { fill: #59636e } .grid { stroke: #d1d9e0 }
        .aim { stroke: #1f2328; stroke-width: 2 } .met { fill: #2f6fb5 } .missed { fill: #c4661f }
        @media (prefers-color-scheme: dark) {
        .page { fill: #0d1117 } .text { fill: #f0f6fc } .quiet { fill: #9198a1 } .grid { stroke: #3d444d }
        .aim { stroke: #f0f6fc } .met { fill: #58a6e8 } .missed { fill: #e08a3c }
        }
        </style>
        """

    /// The lines behind the bars.
    private var grid: [String] {
        [(0, "0"), (0.5, "half"), (1.5, "1.5 ×"), (2, "2 × or better")].map { line(at: $0, $1, "grid", "quiet") }
    }

    /// In front of the bars.
    private var aimLine: String { line(at: 1, "aim", "aim", "text") }

    private func line(at attainment: Double, _ text: String, _ lineClass: String, _ textClass: String) -> String {
        let x = Self.x(attainment)
        return #"<line class="\#(lineClass)" x1="\#(x)" x2="\#(x)" y1="\#(Self.headHeight - 8)" y2="\#(height - 8)"/>"#
            + #"<text class="\#(textClass)" x="\#(x)" y="\#(Self.headHeight - 14)" text-anchor="middle" "#
            + #"font-size="12">\#(text)</text>"#
    }

    private func row(_ index: Int) -> String {
        let score = scores[index]
        let top = Self.headHeight + index * Self.rowHeight
        let textBase = top + 16
        let shown = min(score.attainment, Self.attainmentMax)
        let start = Self.x(0)
        let verdict = "\(score.figureText), aim \(score.aim.text): \(score.verdict)"
        return #"<text class="text" x="\#(Self.labelWidth - 12)" y="\#(textBase)" text-anchor="end" font-size="12">"#
            + #"\#(Self.escaped(score.what))</text>"#
            + #"<rect class="\#(score.isMet ? "met" : "missed")" x="\#(start)" y="\#(top + 5)" "#
            + #"width="\#(max(1, Self.x(shown) - start))" height="14" fill-opacity="0.85"/>"#
            + #"<text class="text" x="\#(Self.x(Self.attainmentMax) + 12)" y="\#(textBase)" font-size="12">"#
            + #"\#(Self.escaped(verdict))</text>"#
    }

    private static func x(_ attainment: Double) -> Int {
        labelWidth + Int((attainment / attainmentMax * Double(barWidth)).rounded())
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
    }
}
