/// Why a received request is not what its sender signed.
public enum VerificationError: Error, Sendable, Hashable, CustomStringConvertible {
    case missingHeader(String)
    /// More than one of a header that must be single: which one counts would be a guess.
    case repeatedHeader(String)
    /// The header is there, but its text is not of the form that the profile prescribes.
    case malformedHeader(String, expected: String)
    /// The request was signed too long ago: an old request sent again, or a clock that is wrong.
    case tooOld(age: Duration)
    /// The request seems to be signed in the future: one of the clocks is wrong.
    case tooNew(ahead: Duration)
    /// The signature belongs to another body, another secret, or another id or time.
    case signatureMismatch

    public var description: String {
        switch self {
        case .missingHeader(let name): "the header \(name) is missing"
        case .repeatedHeader(let name): "the header \(name) is there more than once"
        case .malformedHeader(let name, let expected): "the header \(name) is malformed: \(expected)"
        case .tooOld(let age): "signed \(DurationText.format(age)) ago: too old"
        case .tooNew(let ahead): "signed \(DurationText.format(ahead)) in the future: check the clocks"
        case .signatureMismatch: "the signature does not match: wrong secret, or the body was changed on the way"
        }
    }
}
