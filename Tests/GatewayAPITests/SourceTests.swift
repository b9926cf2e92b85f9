import GatewayCrypto
import JSONFilter
import Testing

/// `/v1/sources` and `/in/{source}`; what each scheme takes for genuine is tested where it is decided.
struct SourceTests {
    private static let secret = "open-sesame-source"

    /// What a generic sender signs.
    private static func headers(
        _ body: String, secret: String = secret, id: String? = nil, type: String = "application/json"
    ) -> [(String, String)] {
        let code = HMACKey(Array(secret.utf8)).authenticationCode(for: Array(body.utf8))
        return [("X-Signature", Hex.encode(code)), ("Content-Type", type)] + (id.map { [("X-Id", $0)] } ?? [])
    }

    private static func create(_ gateway: Gateway, _ members: String = "") async throws {
        let answer = try await gateway.send(
            "POST", "/v1/sources",
            #"{"name": "erp", "scheme": "hmac-hex", "secret": "\#(secret)", "type_member": "kind", "id_header": "X-Id"\#(members)}"#
        )
        guard answer.status == 201 else { throw UnexpectedAnswer(answer: answer) }
    }

    // MARK: Management

    @Test func `a source's life, and its secret shown once`() async throws {
        try await withGateway { gateway in
            let made = try await gateway.send("POST", "/v1/sources", #"{"name": "gh", "scheme": "github"}"#)
            #expect(made.status == 201)
            let secret = try #require(try made.string("secret"))
            #expect(secret.utf8.count == 64)
            #expect(try made.string("path") == "/in/gh")

            let show = try await gateway.send("GET", "/v1/sources/gh")
            let list = try await gateway.send("GET", "/v1/sources")
            let change = try await gateway.send("PATCH", "/v1/sources/gh", #"{"add_secret": "\#(Self.secret)"}"#)
            #expect([show.status, list.status, change.status] == [200, 200, 200])
            #expect(try change.json.member(named: "secret_count")?.intValue == 2)
            for answer in [show, list, change] {
                #expect(!answer.text.contains(secret) && !answer.text.contains(Self.secret))
            }
            let again = try await gateway.send("POST", "/v1/sources", #"{"name": "gh", "scheme": "slack"}"#)
            #expect(again.status == 409)
            #expect(try await gateway.send("DELETE", "/v1/sources/gh").status == 204)
            #expect(try await gateway.send("GET", "/v1/sources/gh").status == 404)
            #expect(try await gateway.send("DELETE", "/v1/sources/gh").status == 404)
        }
    }

    @Test func `sources are made by admins, read by viewers, and invisible beyond the tenant`() async throws {
        try await withGateway { gateway in
            try await Self.create(gateway)
            let viewer = try await gateway.makeKey(role: "viewer").key
            let publisher = try await gateway.makeKey(role: "publisher").key
            let stranger = try await gateway.makeKey(role: "admin", tenant: "acme").key
            #expect(try await gateway.send("GET", "/v1/sources/erp", key: viewer).status == 200)
            #expect(try await gateway.send("DELETE", "/v1/sources/erp", key: viewer).status == 403)
            #expect(try await gateway.send("GET", "/v1/sources/erp", key: publisher).status == 403)
            #expect(try await gateway.send("GET", "/v1/sources/erp", key: nil).status == 401)
            #expect(try await gateway.send("GET", "/v1/sources/erp", key: stranger).status == 404)
            #expect(try await gateway.send("PATCH", "/v1/sources/erp", "{}", key: stranger).status == 404)
            #expect(try await gateway.send("DELETE", "/v1/sources/erp", key: stranger).status == 404)
            let list = try await gateway.send("GET", "/v1/sources", key: stranger)
            #expect(list.text == #"{"data":[],"next":null}"#)
        }
    }

    // MARK: Pushes

    @Test func `a push becomes an event, and a second one with its id a duplicate`() async throws {
        try await withGateway { gateway in
            try await Self.create(gateway)
            _ = try await gateway.subscribe()
            let body = #"{"kind": "order.paid", "n": 19.90, "token": "t"}"#
            let first = try await gateway.push("/in/erp", body, Self.headers(body, id: "d1"))
            #expect(first.status == 202)
            #expect(try first.json.member(named: "deliveries")?.intValue == 1)
            let id = try #require(try first.string("id"))
            let event = try await gateway.send("GET", "/v1/events/\(id)")
            #expect(event.text.contains(#""event":"source.erp.order.paid""#))
            #expect(event.text.contains(#"{"kind": "order.paid", "n": 19.90}"#))

            let rows = try await gateway.storedRows()
            let second = try await gateway.push("/in/erp", body, Self.headers(body, id: "d1"))
            #expect(second.status == 200)
            #expect(second.text == #"{"id":"\#(id)","deliveries":0,"duplicate":true}"#)
            #expect(try await gateway.storedRows() == rows)
            let other = try await gateway.push("/in/erp", body, Self.headers(body, id: "d2"))
            #expect(other.status == 202)
        }
    }

    @Test func `a captured body under the id of another delivery takes nothing from that one`() async throws {
        try await withGateway { gateway in
            try await Self.create(gateway)
            let (captured, genuine) = (#"{"kind": "a"}"#, #"{"kind": "b"}"#)
            let forged = try await gateway.push("/in/erp", captured, Self.headers(captured, id: "d2"))
            #expect(forged.status == 202)
            let first = try await gateway.push("/in/erp", genuine, Self.headers(genuine, id: "d2"))
            #expect(first.status == 202)
            let again = try await gateway.push("/in/erp", genuine, Self.headers(genuine, id: "d2"))
            #expect(again.status == 200)
            #expect(try again.string("id") == first.string("id"))
        }
    }

    @Test func `checks come in their order, and what is refused stores nothing`() async throws {
        try await withGateway { gateway in
            try await Self.create(gateway)
            for members in [#""name": "off", "active": false"#, #""name": "mute", "secret": null"#] {
                let body = #"{\#(members), "scheme": "hmac-hex"}"#
                #expect(try await gateway.send("POST", "/v1/sources", body).status == 201)
            }
            let rows = try await gateway.storedRows()
            let large = String(repeating: " ", count: 1_048_577)
            // What is for no source is not read.
            #expect(try await gateway.push("/in/nobody", large, []).status == 404)
            #expect(try await gateway.push("/in/off", large, []).status == 403)
            #expect(try await gateway.push("/in/erp", large, []).status == 413)
            for name in ["nobody", "a.b", "%00", String(repeating: "n", count: 200)] {
                #expect(try await gateway.push("/in/\(name)", "{}", []).status == 404)
            }
            #expect(try await gateway.push("/in/off", "{}", []).status == 403)
            #expect(try await gateway.push("/in/mute", "{}", []).status == 403)
            let wrong = Self.headers("no JSON", secret: "another-secret")
            for headers in [[], [("X-Signature", "zz")], [("X-Signature", "")], wrong, Self.headers("no JSON") + wrong]
            {
                let answer = try await gateway.push("/in/erp", "no JSON", headers)
                #expect(answer.status == 401)
                #expect(try answer.detail == "the signature is missing, wrong or too old")
            }
            for body in ["no JSON", "", "<xml/>", "{}{}"] {
                #expect(try await gateway.push("/in/erp", body, Self.headers(body)).status == 400)
            }
            let form = String(repeating: "a=1&", count: 1_001)
            let type = "application/x-www-form-urlencoded"
            #expect(try await gateway.push("/in/erp", form, Self.headers(form, type: type)).status == 422)
            // A control character takes six bytes in JSON.
            let long = "a=" + String(repeating: "%01", count: 200_000)
            #expect(try await gateway.push("/in/erp", long, Self.headers(long, type: type)).status == 413)
            #expect(try await gateway.storedRows() == rows)
            for method in ["GET", "PUT", "DELETE"] {
                #expect(try await gateway.send(method, "/in/erp", key: nil).status == 405)
            }
        }
    }

    @Test func `a source whose secrets do not open takes nothing, and can be given a new one`() async throws {
        try await withGateway { gateway in
            try await Self.create(gateway)
            try await gateway.run(
                "UPDATE martlet.sources SET secrets = set_byte(secrets, 20, get_byte(secrets, 20) # 1)")
            #expect(try await gateway.push("/in/erp", "{}", Self.headers("{}")).status == 403)
            let off = try await gateway.send("PATCH", "/v1/sources/erp", #"{"active": false}"#)
            #expect(off.status == 200)
            let body = #"{"active": true, "secret": "another-secret"}"#
            #expect(try await gateway.send("PATCH", "/v1/sources/erp", body).status == 200)
            let headers = Self.headers("{}", secret: "another-secret")
            #expect(try await gateway.push("/in/erp", "{}", headers).status == 202)
        }
    }

    @Test func `two secrets verify while they are changed over, and a removed one no more`() async throws {
        try await withGateway { gateway in
            try await Self.create(gateway)
            func change(_ members: String) async throws {
                let answer = try await gateway.send("PATCH", "/v1/sources/erp", "{\(members)}")
                #expect(answer.status == 200)
            }
            try await change(#""add_secret": "another-secret""#)
            for secret in [Self.secret, "another-secret"] {
                #expect(try await gateway.push("/in/erp", "{}", Self.headers("{}", secret: secret)).status == 202)
            }
            try await change(#""secret": "another-secret""#)
            #expect(try await gateway.push("/in/erp", "{}", Self.headers("{}")).status == 401)
            try await change(#""active": false"#)
            let headers = Self.headers("{}", secret: "another-secret")
            #expect(try await gateway.push("/in/erp", "{}", headers).status == 403)
            try await change(#""active": true"#)
            #expect(try await gateway.push("/in/erp", "{}", headers).status == 202)
        }
    }

    @Test func `no publisher can take the key of a delivery`() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(
                "POST", "/v1/events", #"{"event": "a", "data": 1, "idempotency_key": "\u0001source/1/id/d1"}"#)
            #expect(answer.status == 400)
            let key = "E'\\x01source/1/id/d1'"
            await #expect(throws: (any Error).self) {
                try await gateway.run("SELECT martlet.dispatch('a', '1', \(key))")
            }
        }
    }
}
