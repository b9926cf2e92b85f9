internal import JSONFilter

/// The fields of `application/x-www-form-urlencoded`, in their order.
public struct FormFields: Sendable {
    public struct Field: Sendable {
        public let name: [UInt8]
        public let value: [UInt8]
    }

    /// More than any sender has. Bounds what one request costs: fields of one name are gathered.
    public static let countMax = 1_000

    public let fields: [Field]

    /// - Throws: when there are more than `countMax`.
    public init(_ body: [UInt8], countMax: Int = Self.countMax) throws(ValidationError) {
        var fields: [Field] = []
        for pair in body.split(separator: UInt8(ascii: "&")) {
            guard fields.count < countMax else {
                throw .outOfRange("body", "has more than \(countMax) fields")
            }
            let mark = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            fields.append(
                Field(name: Self.decoded(pair[..<mark]), value: Self.decoded(pair[mark...].dropFirst())))
        }
        self.fields = fields
    }

    /// The first value of that name.
    func first(_ name: String) -> [UInt8]? {
        fields.first { $0.name.elementsEqual(name.utf8) }?.value
    }

    /// As a JSON object of strings. A name that comes several times has an array of its values. What is not UTF-8 comes
    /// out as U+FFFD.
    var json: [UInt8] {
        var order: [[UInt8]] = []
        var values: [[UInt8]: [[UInt8]]] = [:]
        for field in fields {
            if values[field.name] == nil { order.append(field.name) }
            values[field.name, default: []].append(field.value)
        }
        var writer = JSONWriter()
        writer.beginObject()
        for name in order {
            let texts = values[name, default: []].map { String(decoding: $0, as: UTF8.self) }
            writer.name(String(decoding: name, as: UTF8.self))
            if texts.count == 1 {
                writer.string(texts[0])
            } else {
                writer.beginArray()
                for text in texts { writer.string(text) }
                writer.endArray()
            }
        }
        writer.endObject()
        return writer.bytes
    }

    /// `+` is a space, `%XX` a byte; a `%` without two digits stands for itself.
    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%"), index + 2 < text.endIndex, let high = text[index + 1].hexDigit,
                let low = text[index + 2].hexDigit
            {
                bytes.append(high << 4 | low)
                index += 3
                continue
            }
            bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            index += 1
        }
        return bytes
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
