import Testing

@testable import DeliveryEngine

struct SignalTests {
    /// Long enough that a test which waits for it hangs visibly.
    private let forever: Duration = .seconds(3_600)

    @Test(.timeLimit(.minutes(1))) func `raised before the wait, it ends the wait at once`() async {
        let signal = Signal()
        signal.raise()
        signal.raise()
        await signal.wait(atMost: forever)
    }

    @Test(.timeLimit(.minutes(1))) func `raised during the wait, it ends the wait`() async {
        let signal = Signal()
        async let waiting: Void = signal.wait(atMost: forever)
        signal.raise()
        await waiting
    }

    @Test(.timeLimit(.minutes(1))) func `the wait ends by itself`() async {
        await Signal().wait(atMost: .milliseconds(1))
    }

    @Test(.timeLimit(.minutes(1))) func `cancelling the task ends the wait`() async {
        let signal = Signal()
        let waiting = Task { await signal.wait(atMost: forever) }
        waiting.cancel()
        await waiting.value
    }

    @Test(.timeLimit(.minutes(1))) func `the timer of an earlier wait does not end a later one`() async {
        let signal = Signal()
        for _ in 0..<200 { await signal.wait(atMost: .microseconds(50)) }
        async let waiting: Void = signal.wait(atMost: forever)
        signal.raise()
        await waiting
    }

    @Test(.timeLimit(.minutes(1))) func `the wait ends by itself, whenever the timer of an earlier one rings`() async {
        let signal = Signal()
        for earlier in Array(repeating: [Duration.microseconds(200), forever], count: 50).joined() {
            async let raised: Void = signal.wait(atMost: earlier)
            signal.raise()
            await raised
            await signal.wait(atMost: .milliseconds(1))
        }
    }
}
