/// An id that carries the time at which it was made: milliseconds since 2024-01-01T00:00:00Z in the upper bits, a
/// sequence number in the lower 22. A range of ids is therefore a range of time.
///
/// Ids are written as decimal text in JSON, as a JSON number of this size loses digits in many readers.
public protocol TimeOrderedID: RawRepresentable<Int64>, Sendable, Hashable, Comparable, LosslessStringConvertible {
    init(rawValue: Int64)
}

extension TimeOrderedID {
    /// When the id was made, to the millisecond.
    public var time: Timestamp {
        Timestamp(millisecondsSinceUnixEpoch: (rawValue >> timeOrderedIDSequenceBits) + timeOrderedIDEpoch)
    }

    /// The smallest id that can be made at `time`; ids made earlier are all smaller. 0 for times before 2024.
    public static func floor(at time: Timestamp) -> Self {
        let milliseconds = max(0, time.millisecondsSinceUnixEpoch - timeOrderedIDEpoch)
        let millisecondsMax = Int64.max >> timeOrderedIDSequenceBits
        return Self(rawValue: min(milliseconds, millisecondsMax) << timeOrderedIDSequenceBits)
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public var description: String { String(rawValue) }

    /// Reads what `description` writes, and nothing else: no sign, no leading zero, no space.
    public init?(_ description: String) {
        guard let value = Int64(description), value > 0, String(value) == description else { return nil }
        self.init(rawValue: value)
    }
}

/// 2^22 ids a millisecond.
private let timeOrderedIDSequenceBits: Int64 = 22

/// 2024-01-01T00:00:00Z in milliseconds since the Unix epoch.
private let timeOrderedIDEpoch: Int64 = 1_704_067_200_000
