/// How the schema of a database compares to that of this release.
public enum SchemaAge: Sendable, Equatable {
    /// There is none, or a release before this one made it: what this release says and asks may not be understood.
    case older
    case current
    /// A later release made it. It keeps what this release uses, so that programs can be replaced after the schema.
    case newer
}
