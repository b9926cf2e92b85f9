extension EventName {
    /// `source.{name}.{type}` of what a sender calls its event.
    ///
    /// `/`, `:` and `.` part segments, and empty ones go; whatever else is not of `[A-Za-z0-9_-]` becomes `_`; what is
    /// beyond 128 bytes is cut off. Nothing left: `received`.
    static func source(_ name: SourceName, type: String?) -> EventName {
        var text = Array("source.\(name.text)".utf8)
        var pendingDot = true
        for scalar in (type ?? "").unicodeScalars {
            if scalar == "." || scalar == "/" || scalar == ":" {
                pendingDot = true
                continue
            }
            guard text.count + (pendingDot ? 2 : 1) <= bytesMax else { break }
            if pendingDot { text.append(UInt8(ascii: ".")) }
            pendingDot = false
            text.append(isNameScalar(scalar) ? UInt8(scalar.value) : UInt8(ascii: "_"))
        }
        let named = String(decoding: text, as: UTF8.self)
        return EventName(stored: named.utf8.count > name.text.utf8.count + 7 ? named : named + ".received")
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
