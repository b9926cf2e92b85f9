/// Names that do not meet.
public enum RandomName {
    /// `length` lower-case letters and digits: also good for an unquoted SQL name when something stands before it.
    public static func make(_ length: Int) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<length).compactMap { _ in alphabet.randomElement() })
    }
}
