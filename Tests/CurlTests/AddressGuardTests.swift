import Curl
import LoopbackReceiver
import Synchronization
import Testing

struct AddressGuardTests {
    @Test(arguments: [
        ("127.0.0.1", ["127.0.0.1"]), ("[::1]", ["::1"]), ("localhost", ["127.0.0.1", "::1"]),
        ("2130706433", ["127.0.0.1"]), ("0x7f000001", ["127.0.0.1"]), ("0x7f.1", ["127.0.0.1"]),
        ("017700000001", ["127.0.0.1"]), ("127.1", ["127.0.0.1"]),
        ("[::ffff:127.0.0.1]", ["::ffff:127.0.0.1"]), ("[::ffff:7f00:1]", ["::ffff:127.0.0.1"]),
    ])
    func `a refused address is refused in every spelling before a packet leaves`(
        host: String, addresses: [String]
    ) async throws {
        let receiver = try LoopbackReceiver()
        let asked = Tally<IPAddress>()
        let client = CurlClient.open { address in
            asked.add(address)
            return false
        }
        let failure = await client.outcome(of: HTTPRequest(url: "http://\(host):\(receiver.port)/")).failure
        #expect(failure?.kind == .addressRefused)
        let seen = asked.values.map(\.description)
        #expect(!seen.isEmpty && Set(seen).isSubset(of: addresses))
        #expect(seen.contains { failure?.message.contains($0) == true })

        // Connections are accepted in the order they were made: had there been one, it would be counted before this.
        #expect(await CurlClient.open().outcome(of: HTTPRequest(url: receiver.url)).status == 200)
        #expect(receiver.connectionCount == 1)
    }

    @Test func `a host with an allowed address is reached there`() async throws {
        let receiver = try LoopbackReceiver()
        let client = CurlClient.open { $0 == .v4(0x7f00_0001) }
        let outcome = await client.outcome(of: HTTPRequest(url: "http://localhost:\(receiver.port)/"))
        #expect(outcome.status == 200)
    }

    @Test func `a connection opened earlier is refused too`() async throws {
        let receiver = try LoopbackReceiver()
        let isAllowed = Atomic(true)
        let client = CurlClient.open { _ in isAllowed.load(ordering: .relaxed) }
        #expect(await client.outcome(of: HTTPRequest(url: receiver.url)).status == 200)
        isAllowed.store(false, ordering: .relaxed)
        let failure = await client.outcome(of: HTTPRequest(url: receiver.url)).failure
        #expect(failure == TransferFailure(.addressRefused, "connecting to 127.0.0.1 is not allowed"))
        #expect(receiver.requestCount == 1)
    }
}
