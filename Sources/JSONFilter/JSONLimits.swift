/// Bounds that every reader of this module enforces.
public enum JSONLimits {
    /// How many containers may be open at once: `[]` has depth 1. Deeper documents are refused with
    /// `JSONError.Reason.tooDeep`, so that no consumer further on has to fear its stack.
    public static let depthMax = 512
}
