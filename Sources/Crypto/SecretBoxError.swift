/// Why a secret could not be sealed or opened, or master keys not be read. Holds no byte of a key or a secret.
public enum SecretBoxError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No master key is given.
    case masterKeyMissing
    /// The master key at this position of the list, counted from 1, is not (the base64 of) 32 bytes.
    case masterKeyMalformed(position: Int)
    /// The plaintext has more than 2 GiB.
    case plaintextTooLong
    /// The bytes are too short to be a box.
    case truncated
    /// The box was made by a version that writes another format.
    case unknownFormat(UInt8)
    /// None of the master keys sealed this box. `keyID` is its key's id in hexadecimal.
    case unknownKey(keyID: String)
    /// The box was changed, or sealed for another context.
    case notAuthentic

    public var description: String {
        switch self {
        case .masterKeyMissing: "no master key is given; \(Self.howToMakeOne)"
        case .masterKeyMalformed(let position):
            "master key \(position) is not the base64 of 32 bytes; \(Self.howToMakeOne)"
        case .plaintextTooLong: "the secret is longer than 2 GiB"
        case .truncated: "the encrypted secret is cut short"
        case .unknownFormat(let format): "the encrypted secret has format \(format), which this version does not know"
        case .unknownKey(let keyID): "the secret was encrypted with master key \(keyID), which is not in the list"
        case .notAuthentic: "the encrypted secret was changed or belongs to another place"
        }
    }

    private static let howToMakeOne = "make one with `openssl rand -base64 32`"
}
