import EndToEndSupport
import GatewayCrypto
import JSONFilter
import LoopbackReceiver
import TestSupport
import Testing

/// A signed push of an outside system, all the way to a subscriber.
struct TablePushTests {
    @Test func `a push arrives at the subscribers of the table's events`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(200) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe("\(receiver.url)/hook", to: "item.prices.*", profile: "newmeta")
            let table = try await client.call(
                "POST", "/v1/tables", #"{"title": "Prices", "data": {"headers": ["P"]}}"#, expecting: 201
            ).string("id")
            let secret = try await client.call("POST", "/v1/tables/\(table)/secret").string("secret")
            try await installation.withWorker { _ in
                for (body, path) in [
                    (#"{"append": [["a"], ["b"]]}"#, "/v1"), (#"{"rows": [["c"]]}"#, "/wp-json/mm-table/v1"),
                ] {
                    let answer = try await push(body, to: "\(path)/tables/\(table)/webhook", secret, client)
                    #expect(answer.status == 200)
                }
                try await client.call("DELETE", "/v1/tables/\(table)", expecting: 204)
                let requests = try await receiver.requests(count: 4, within: .seconds(20))
                let head = #"{"table_id":"\#(table)","name":"prices","title":"Prices","version":"#
                let arrived = requests.map { "\($0.header("X-Webhook-Event") ?? "") \($0.bodyText)" }
                #expect(
                    Set(arrived) == [
                        #"item.prices.created \#(head)2,"headers":["P"],"row":["a"]}"#,
                        #"item.prices.created \#(head)2,"headers":["P"],"row":["b"]}"#,
                        #"item.prices.updated \#(head)3,"headers":["P"],"rows":[["c"]]}"#,
                        #"item.prices.deleted \#(head)3,"headers":["P"],"rows":[["c"]]}"#,
                    ])
            }
        }
    }

    private func push(
        _ body: String, to path: String, _ secret: String, _ client: GatewayClient
    ) async throws -> Answer {
        let code = Hex.encode(HMACKey(Array(secret.utf8)).authenticationCode(for: Array(body.utf8)))
        return try await client.send("POST", path, body, headers: ["X-MMT-Signature: sha256=\(code)"])
    }
}
