/// Why bytes are not the JSON that was asked for, and where.
///
/// Holds no part of the document, so it can be logged and sent back to whoever sent the bytes.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with the document.
    public enum Reason: Sendable, Equatable {
        /// The bytes end inside a value, or hold none.
        case unexpectedEnd
        /// The byte does not fit the grammar of RFC 8259 at this place.
        case unexpectedCharacter
        /// A byte below 0x20 inside a string; it has to be escaped (RFC 8259 §7).
        case controlCharacter
        /// A backslash that starts none of the escapes of RFC 8259 §7.
        case invalidEscape
        /// The byte starts no well-formed UTF-8 sequence (Unicode 15, table 3-7).
        case invalidUTF8
        /// The byte opens one container more than `JSONLimits.depthMax`.
        case tooDeep
        /// The document is valid up to here, but this value should have been an object.
        case notAnObject
        /// The document is valid up to here, but this value should have been an array.
        case notAnArray
        /// The document is valid up to here, but this value should have been a string.
        case notAString
    }

    /// Where: a byte offset from the start of the array that was read, counted from 0. For `unexpectedEnd` the
    /// offset at which another byte was needed.
    public let offset: Int
    public let reason: Reason

    public init(offset: Int, reason: Reason) {
        self.offset = offset
        self.reason = reason
    }

    /// A sentence fragment for people, such as `unexpected character at byte 17`.
    public var description: String {
        switch reason {
        case .unexpectedEnd: "unexpected end of the document at byte \(offset)"
        case .unexpectedCharacter: "unexpected character at byte \(offset)"
        case .controlCharacter: "unescaped control character in a string at byte \(offset)"
        case .invalidEscape: "invalid escape in a string at byte \(offset)"
        case .invalidUTF8: "invalid UTF-8 at byte \(offset)"
        case .tooDeep: "more than \(JSONLimits.depthMax) nested arrays and objects at byte \(offset)"
        case .notAnObject: "expected an object at byte \(offset)"
        case .notAnArray: "expected an array at byte \(offset)"
        case .notAString: "expected a string at byte \(offset)"
        }
    }
}
