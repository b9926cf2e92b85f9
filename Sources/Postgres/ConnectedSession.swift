internal import CLibPQ

/// A `PGconn` that has authenticated, on its way from the connecting thread to the reactor.
///
/// `@unchecked Sendable`: a `PGconn` may be used by one thread at a time; the connecting thread gives it up when it
/// posts this value.
struct ConnectedSession: @unchecked Sendable {
    let raw: OpaquePointer
    /// libpq keeps an unretained pointer to it: whoever owns `raw` keeps it alive until `PQfinish`.
    let notices: NoticeSink

    /// Closes a connection that nobody wants any more.
    func discard() {
        withExtendedLifetime(notices) { PQfinish(raw) }
    }
}
