import Testing

@testable import WebhookStore

struct KeyCacheTests {
    private let caller = Caller(role: .viewer, tenant: "t")

    @Test func `what was read before a change is not kept after it`() {
        let cache = KeyCache()
        let key = KeyHash(of: "k")
        let generation = cache.generation
        cache.clear()
        cache.insert(caller, of: key, readIn: generation)
        #expect(cache.value(of: key) == nil)
        cache.insert(caller, of: key, readIn: cache.generation)
        #expect(cache.value(of: key) == caller)
    }

    @Test func `the cache stays bounded and serves the newest`() {
        let cache = KeyCache()
        for number in 0...KeyCache.countMax {
            cache.insert(caller, of: KeyHash(of: "k\(number)"), readIn: cache.generation)
        }
        #expect(cache.value(of: KeyHash(of: "k\(KeyCache.countMax)")) == caller)
        #expect(cache.value(of: KeyHash(of: "k0")) == nil)
    }
}
