import Curl
import LoopbackReceiver
import Testing

struct TLSTests {
    @Test func `a certificate of an unknown authority is refused`() async throws {
        let server = try TLSServer()
        let outcome = await CurlClient.open().outcome(of: HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
        #expect(outcome.failure?.kind == .tlsFailed)
    }

    @Test func `a certificate of the configured authority is accepted`() async throws {
        let server = try TLSServer()
        let client = CurlClient.open(certificateAuthoritiesFile: server.certificateFile)
        let outcome = await client.outcome(of: HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
        #expect(outcome == .success(HTTPResponse(status: 200, body: Array("ok".utf8))))
    }

    @Test func `a certificate for another name is refused`() async throws {
        let server = try TLSServer()
        let client = CurlClient.open(certificateAuthoritiesFile: server.certificateFile)
        let outcome = await client.outcome(of: HTTPRequest(url: "https://localhost:\(server.port)/"))
        #expect(outcome.failure?.kind == .tlsFailed)
    }

    @Test func `a server that does not speak TLS is refused`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond() }
        let url = "https://127.0.0.1:\(receiver.port)/"
        let outcome = await CurlClient.open().outcome(of: HTTPRequest(url: url, timeout: .seconds(2)))
        #expect(outcome.failure?.kind == .tlsFailed)
        #expect(receiver.requestCount == 0)
    }
}
