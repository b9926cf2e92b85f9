import Testing

struct SettingsTests {
    @Test func `what is put is shown, and what is not given stays`() async throws {
        try await withGateway { gateway in
            let before = try await gateway.send("GET", "/v1/settings")
            #expect(before.text == #"{"queue_mode":"immediate","event_order":"chronological","retention_days":30}"#)
            let put = try await gateway.send(
                "PUT", "/v1/settings", #"{"event_order": "reverse", "retention_days": 7}"#)
            #expect(put.status == 200)
            #expect(put.text == #"{"queue_mode":"immediate","event_order":"reverse","retention_days":7}"#)
            #expect(try await gateway.send("GET", "/v1/settings").text == put.text)
        }
    }

    @Test(arguments: [
        (#"{"queue_mode": "later"}"#, 400), (#"{"queue_mode": null}"#, 400), (#"{"event_order": 1}"#, 400),
        (#"{"retention_days": 0}"#, 422), (#"{"retention_days": 3651}"#, 422), (#"{"retention_days": "7"}"#, 400),
        (#"{"retention_days": 7, "colour": "red"}"#, 400), (#"{"retention_days": 7, "retention_days": 8}"#, 400),
        ("[]", 400),
    ])
    func `a value that cannot be is refused, and nothing changes`(body: String, status: Int) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("PUT", "/v1/settings", body)
            #expect(answer.status == status)
            #expect(answer.header("content-type") == "application/problem+json")
            let shown = try await gateway.send("GET", "/v1/settings")
            #expect(shown.text == #"{"queue_mode":"immediate","event_order":"chronological","retention_days":30}"#)
        }
    }

    @Test func `an administrator of one tenant may not change what holds for all`() async throws {
        try await withGateway { gateway in
            let key = try await gateway.makeKey(role: "admin", tenant: "acme").key
            #expect(try await gateway.send("GET", "/v1/settings", key: key).status == 200)
            #expect(try await gateway.send("PUT", "/v1/settings", #"{"retention_days": 7}"#, key: key).status == 403)
        }
    }
}
