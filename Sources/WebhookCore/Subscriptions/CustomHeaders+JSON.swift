public import JSONFilter

extension CustomHeaders {
    /// An object of names and values in their order: the form of the API, and the form in which they are stored.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for field in fields {
            writer.name(field.name)
            writer.string(field.value)
        }
        writer.endObject()
        return writer.bytes
    }

    /// Reads what `json` wrote. Values are not checked again; members that are no strings are left out.
    public init(storedJSON bytes: [UInt8]) throws(JSONError) {
        let members = try JSONValue(parsing: bytes).objectValue ?? []
        self.init(
            stored: members.compactMap { member in
                member.value.stringValue.map { HeaderField(member.name, $0) }
            })
    }
}
