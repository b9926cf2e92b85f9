/// Writes one JSON document, without whitespace, and sets the commas itself.
///
/// The caller keeps the order: inside an object a `name(_:)` before each value, and an end for each begin. What `raw`
/// is given stands in the document as it is.
public struct JSONWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8] = []

    /// Whether something that a comma has to follow was written last.
    private var needsComma = false

    /// - Parameter reservingCapacity: how many bytes to make room for at once.
    public init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    public mutating func endObject() { close(UInt8(ascii: "}")) }

    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// The name of the member whose value comes next.
    public mutating func name(_ name: String) {
        beforeValue()
        JSONString.append(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ text: String) {
        beforeValue()
        JSONString.append(text, to: &bytes)
    }

    public mutating func integer(_ value: some BinaryInteger) {
        beforeValue()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// The shortest text that reads back as `value`. JSON has no infinities and no NaN: they become `null`.
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        beforeValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    public mutating func bool(_ value: Bool) {
        beforeValue()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    public mutating func null() {
        beforeValue()
        bytes.append(contentsOf: "null".utf8)
    }

    /// One value that is JSON already; it is not checked.
    public mutating func raw(_ value: [UInt8]) {
        raw(value[...])
    }

    /// One value that is JSON already, such as a range that `JSONObjectScanner` found; it is not checked.
    public mutating func raw(_ value: ArraySlice<UInt8>) {
        beforeValue()
        bytes.append(contentsOf: value)
    }

    /// A whole tree. Numbers stand as they were read.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let text):
            beforeValue()
            bytes.append(contentsOf: text.utf8)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    private mutating func open(_ bracket: UInt8) {
        beforeValue()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func beforeValue() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
