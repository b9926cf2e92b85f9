/// Bounds how many installations run at a time: each is two programs and a share of the database server, and tests that
/// take each other's processor time wait longer than they work.
public actor Slots {
    public static let shared = Slots(count: 4)

    private var free: Int
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        free = count
    }

    /// Runs `body` as soon as there is room. First come, first served.
    public nonisolated func withSlot(_ body: () async throws -> Void) async throws {
        await take()
        do {
            try await body()
        } catch {
            await giveBack()
            throw error
        }
        await giveBack()
    }

    private func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiters.append($0) }
    }

    private func giveBack() {
        if waiters.isEmpty { free += 1 } else { waiters.removeFirst().resume() }
    }
}
