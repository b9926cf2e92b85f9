import GatewayCrypto
import Mustache

/// The pages, embedded in the binary from `Templates`.
struct Templates: Sendable {
    enum Name: String, Sendable, CaseIterable {
        /// For everybody: a public table, and a message.
        case table, message
        /// For whoever manages: the frame, and what stands in it.
        case frame, notice
        case signIn = "sign-in"
        case tableList = "table-list"
        case newTable = "new-table"
        case tableEditor = "table-editor"
        case grid, rows, push

        fileprivate var file: [UInt8] {
            switch self {
            case .table: PackageResources.table_mustache
            case .message: PackageResources.message_mustache
            case .frame: PackageResources.frame_mustache
            case .notice: PackageResources.notice_mustache
            case .signIn: PackageResources.sign_in_mustache
            case .tableList: PackageResources.table_list_mustache
            case .newTable: PackageResources.new_table_mustache
            case .tableEditor: PackageResources.table_editor_mustache
            case .grid: PackageResources.grid_mustache
            case .rows: PackageResources.rows_mustache
            case .push: PackageResources.push_mustache
            }
        }
    }

    /// A stylesheet that stands in the page.
    struct Style: Sendable {
        let text: String
        /// As a source of `style-src`: only this one applies (CSP 3 §8.4).
        let source: String

        fileprivate init(_ file: [UInt8]) {
            text = String(decoding: file, as: UTF8.self)
            source = "'sha256-\(Base64.encode(SHA256.hash(file)))'"
        }
    }

    /// Of public tables.
    let style = Style(PackageResources.style_css)
    /// Of the pages to manage with.
    let managementStyle = Style(PackageResources.management_css)
    let icon = PackageResources.icon_svg
    /// Changes when what public tables are shown with does.
    let fingerprint: String

    private let library: MustacheLibrary

    init() throws {
        MustacheContentTypes.register(EscapedHTML(), named: EscapedHTML.name)
        var templates: [String: MustacheTemplate] = [:]
        for name in Name.allCases {
            let text = String(decoding: name.file, as: UTF8.self)
            templates[name.rawValue] = try MustacheTemplate(
                string: "{{% CONTENT_TYPE: \(EscapedHTML.name)}}\(text)")
        }
        library = MustacheLibrary(templates: templates)
        let files = [PackageResources.table_mustache, PackageResources.message_mustache, PackageResources.style_css]
        fingerprint = String(Hex.encode(SHA256.hash(Array(files.joined()))).prefix(12))
    }

    /// - Parameter content: the template sees its stored properties, or is a dictionary.
    func render(_ name: Name, _ content: Any) -> String {
        guard let text = library.render(content, withTemplate: name.rawValue) else {
            preconditionFailure("every template is in the library")
        }
        return text
    }
}
