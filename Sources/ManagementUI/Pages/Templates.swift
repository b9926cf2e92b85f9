import GatewayCrypto
import Mustache

/// The pages' frames, embedded in the binary from `Templates`.
struct Templates: Sendable {
    let table: MustacheTemplate
    let message: MustacheTemplate
    let style: String
    /// As a source of `style-src`: the stylesheet stands in the page, and only this one applies (CSP 3 §8.4).
    let styleSource: String
    /// Changes when any of them does.
    let fingerprint: String

    init() throws {
        let files = [PackageResources.table_mustache, PackageResources.message_mustache, PackageResources.style_css]
        table = try MustacheTemplate(string: String(decoding: files[0], as: UTF8.self))
        message = try MustacheTemplate(string: String(decoding: files[1], as: UTF8.self))
        style = String(decoding: files[2], as: UTF8.self)
        styleSource = "'sha256-\(Base64.encode(SHA256.hash(files[2])))'"
        fingerprint = String(Hex.encode(SHA256.hash(Array(files.joined()))).prefix(12))
    }
}
