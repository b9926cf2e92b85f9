/// The version of all three programs, which are released together.
public enum Version {
    /// Semantic Versioning 2.0.0.
    public static let current = "0.1.0"
}
