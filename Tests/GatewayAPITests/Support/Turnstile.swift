/// Lets a few tests through at a time: each runs a server, and a hundred at once would measure the machine.
actor Turnstile {
    static let shared = Turnstile(places: 4)

    private let places: Int
    private var free: Int
    private var waiting: [(wanted: Int, continuation: CheckedContinuation<Void, Never>)] = []

    init(places: Int) {
        self.places = places
        free = places
    }

    /// - Parameter alone: lets nobody else through meanwhile, for tests that look at the clock.
    nonisolated func pass<Result>(alone: Bool = false, _ body: () async throws -> Result) async throws -> Result {
        let wanted = alone ? places : 1
        await enter(wanted)
        let result: Result
        do {
            result = try await body()
        } catch {
            await leave(wanted)
            throw error
        }
        await leave(wanted)
        return result
    }

    /// First come, first served, so that whoever wants to be alone is not overtaken for ever.
    private func enter(_ wanted: Int) async {
        if waiting.isEmpty, wanted <= free {
            free -= wanted
            return
        }
        await withCheckedContinuation { waiting.append((wanted, $0)) }
    }

    private func leave(_ wanted: Int) {
        free += wanted
        while let next = waiting.first, next.wanted <= free {
            waiting.removeFirst()
            free -= next.wanted
            next.continuation.resume()
        }
    }
}
