import Glibc

/// Runs `body` on a new thread, which the caller must join.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, runBody, Unmanaged.passRetained(Body(run: body)).toOpaque())
    precondition(code == 0, "no thread: \(String(cString: strerror(code)))")
    return thread
}

private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}
