/// Numbers as people read them.
enum NumberText {
    /// `12,345`
    static func whole(_ value: Double) -> String {
        let rounded = Int64(value.rounded())
        let digits = String(rounded.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return rounded < 0 ? "-" + text : text
    }

    /// `12,345.67`, with so many digits behind the point.
    static func grouped(_ value: Double, _ digits: Int) -> String {
        guard digits > 0 else { return whole(value) }
        // Rounded first: 999.96 is 1,000.0.
        let text = fixed(value, digits)
        guard let point = text.firstIndex(of: "."), let integer = Int64(text[..<point]), integer.magnitude >= 1_000
        else { return text }
        return whole(Double(integer)) + text[point...]
    }

    /// With as many digits as say something: `12,345`, `123`, `12.3`, `1.23`.
    static func significant(_ value: Double) -> String {
        value.magnitude >= 100 ? whole(value) : fixed(value, value.magnitude >= 10 ? 1 : 2)
    }

    /// With so many digits behind the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((value * Double(scale)).rounded())
        let fraction = String(scaled.magnitude % UInt64(scale))
        let padding = String(repeating: "0", count: max(0, digits - fraction.count))
        return (scaled < 0 ? "-" : "") + "\(scaled.magnitude / UInt64(scale)).\(padding)\(fraction)"
    }

    /// Milliseconds of nanoseconds.
    static func milliseconds(_ nanoseconds: Int64) -> String { fixed(Double(nanoseconds) / 1e6, 2) }

    /// MB (10^6) of bytes.
    static func megabytes(_ bytes: Int64) -> String { fixed(Double(bytes) / 1e6, 1) }
}
