/// The schemes that an address may have, in lower case.
enum URLSchemes {
    static let names = [
        "http", "https", "ftp", "ftps", "mailto", "news", "irc", "irc6", "ircs", "gopher", "nntp", "feed", "telnet",
        "mms", "rtsp", "sms", "svn", "tel", "fax", "xmpp", "webcal", "urn",
    ]

    /// The longest of them, in bytes.
    static let longest = names.reduce(0) { max($0, $1.utf8.count) }

    static let table = NameTable(names)
}

extension URLSchemes {
    static let feed = names.firstIndex(of: "feed")
}
