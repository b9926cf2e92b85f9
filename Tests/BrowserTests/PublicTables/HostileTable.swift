/// A table whose author means harm: what could break out of a cell, a heading or the title.
enum HostileTable {
    static let title = #"</caption></table><script>alert(1)</script><img src=x onerror=alert(1)>"Title" & <b>"#

    static let headers = [
        #"</a></th></tr></table><script>alert(1)</script>"#, #"" onmouseover="alert(1)"#, "<svg onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    ]

    static let cells = [
        "</td></tr></tbody></table><script>alert(1)</script><h1>out</h1>",
        "<table><tr><td>in</table></td></tr></table>",
        "<img src=x onerror=alert(1)>", "<svg><script>alert(1)</script></svg>", "<!--", "<![CDATA[", "<a href=\"",
        "<style>*{display:none}</style>", "<plaintext>", "<textarea>", "<title>", "<noscript><p title=\"</noscript>",
        "<iframe srcdoc='<script>alert(1)</script>'>", "<math><mtext><table><mglyph><style><!--</style>", "<b><i><u>",
        "</main></body></html>", "<select><option>", "<template><td>", "<frameset>",
        "<form action=//evil.example><input>",
        "<base href=//evil.example>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<a href=java&#9;script:alert(1)>x",
        "<td>another", "<tr><td>another", "<caption>another", "<p style=\"background:url(javascript:alert(1))\">x",
        "<xmp>",
        "<link rel=stylesheet href=//evil.example>", "<object data=x><embed src=x>",
    ]

    /// A row a cell, each between two harmless ones, as JSON text.
    static var rows: String {
        let rows = cells.map { cell in
            let escaped = cell.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "[\"before\", \"\(escaped)\", \"after\", \"\", \"5\"]"
        }
        return "[\(rows.joined(separator: ","))]"
    }
}
