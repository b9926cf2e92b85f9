/// Which attributes stay. Names are in lower case.
///
/// The data are those of WordPress 7.1, `wp-includes/kses.php`; a test holds them against a copy of the extracted facts.
enum AttributeAllowlist {
    /// On every element. Names that begin with `data-` have a rule of their own, see `isDataName`.
    static let global = [
        "aria-controls", "aria-current", "aria-describedby", "aria-details", "aria-expanded", "aria-hidden",
        "aria-label", "aria-labelledby", "aria-live", "class", "dir", "hidden", "id", "lang", "role", "style",
        "tabindex", "title", "xml:lang",
    ]

    /// On one element, besides the global ones.
    static let own: [Element: [String]] = [
        .a: ["download", "href", "name", "rel", "rev", "target"],
        .area: ["alt", "coords", "href", "nohref", "shape", "target"],
        .article: ["align"],
        .aside: ["align"],
        .audio: ["autoplay", "controls", "loop", "muted", "preload", "src"],
        .blockquote: ["cite"],
        .button: [
            "aria-haspopup", "command", "commandfor", "disabled", "name", "popovertarget", "popovertargetaction",
            "type", "value",
        ],
        .caption: ["align"],
        .col: ["align", "char", "charoff", "span", "valign", "width"],
        .colgroup: ["align", "char", "charoff", "span", "valign", "width"],
        .data: ["value"],
        .del: ["datetime"],
        .details: ["align", "name", "open"],
        .dialog: ["autofocus", "closedby", "open", "popover"],
        .div: ["align", "popover"],
        .figcaption: ["align"],
        .figure: ["align"],
        .font: ["color", "face", "size"],
        .footer: ["align"],
        .h1: ["align"],
        .h2: ["align"],
        .h3: ["align"],
        .h4: ["align"],
        .h5: ["align"],
        .h6: ["align"],
        .header: ["align"],
        .hgroup: ["align"],
        .hr: ["align", "noshade", "size", "width"],
        .img: [
            "align", "alt", "border", "height", "hspace", "loading", "longdesc", "src", "usemap", "vspace", "width",
        ],
        .ins: ["cite", "datetime"],
        .label: ["for"],
        .legend: ["align"],
        .li: ["align", "value"],
        .main: ["align"],
        .map: ["name"],
        .menu: ["type"],
        .meter: ["high", "low", "max", "min", "optimum", "value"],
        .nav: ["align"],
        .ol: ["reversed", "start", "type"],
        .p: ["align"],
        .pre: ["width"],
        .progress: ["max", "value"],
        .q: ["cite"],
        .section: ["align"],
        .span: ["align"],
        .summary: ["align"],
        .table: ["align", "bgcolor", "border", "cellpadding", "cellspacing", "rules", "summary", "width"],
        .tbody: ["align", "char", "charoff", "valign"],
        .td: [
            "abbr", "align", "axis", "bgcolor", "char", "charoff", "colspan", "headers", "height", "nowrap", "rowspan",
            "scope", "valign", "width",
        ],
        .tfoot: ["align", "char", "charoff", "valign"],
        .th: [
            "abbr", "align", "axis", "bgcolor", "char", "charoff", "colspan", "headers", "height", "nowrap", "rowspan",
            "scope", "valign", "width",
        ],
        .thead: ["align", "char", "charoff", "valign"],
        .time: ["datetime"],
        .tr: ["align", "bgcolor", "char", "charoff", "valign"],
        .track: ["default", "kind", "label", "src", "srclang"],
        .ul: ["popover", "type"],
        .video: [
            "autoplay", "controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width",
        ],
    ]

    /// Whose values are addresses.
    static let addresses = ["cite", "href", "longdesc", "poster", "src", "usemap"]
}
