import Curl
import JSONFilter

extension Gateway {
    /// Makes tables over HTTP; the id and the secret of each.
    func makeTables(_ count: Int, ingestPort: UInt16) async throws -> [(id: String, secret: String)] {
        let curl = CurlClient(configuration: CurlConfiguration { _ in true })
        var tables: [(id: String, secret: String)] = []
        do {
            for number in 0..<count {
                let body = Array(#"{"title":"Bench \#(number)"}"#.utf8)
                let table = try await answer(to: "/v1/tables", body, curl, ingestPort)
                guard let id = table.member(named: "id")?.stringValue else { throw HelperError("a table has no id") }
                let made = try await answer(to: "/v1/tables/\(id)/secret", [], curl, ingestPort)
                guard let secret = made.member(named: "secret")?.stringValue else {
                    throw HelperError("a table got no secret")
                }
                tables.append((id, secret))
            }
        } catch {
            await curl.shutdown(grace: .zero)
            throw error
        }
        await curl.shutdown(grace: .zero)
        return tables
    }

    private func answer(
        to path: String, _ body: [UInt8], _ curl: CurlClient, _ port: UInt16
    ) async throws -> JSONValue {
        let (result, _) = await curl.send(
            HTTPRequest(url: "http://127.0.0.1:\(port)\(path)", headers: Self.requestHeaders, body: body))
        let response = try result.get()
        guard (200..<300).contains(response.status) else {
            throw HelperError("\(path) was answered with \(response.status)")
        }
        return try JSONValue(parsing: response.body)
    }
}
