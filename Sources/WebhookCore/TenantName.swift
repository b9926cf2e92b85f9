/// What tenants may be called.
public enum TenantName {
    /// Where whoever names no tenant works.
    public static let standard = "default"
    /// What `isValid` asks for, as the rest of a sentence that begins with the member.
    public static let rule = "must be 1 to 64 letters A-Z and a-z, digits, `_` and `-`"

    public static func isValid(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isTenantByte)
    }

    private static func isTenantByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
