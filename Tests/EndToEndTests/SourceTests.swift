import EndToEndSupport
import JSONFilter
import LoopbackReceiver
import PrivatePostgres
import TestSupport
import Testing

/// What senders sign by their own libraries, through the real programs to a subscriber.
struct SourceTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let url = "https://hooks.example.com/in/sender"

    private struct Case {
        let scheme: String
        var signer: String { scheme == "hmac-hex" ? "generic" : scheme }
        var settings = ""
        var headers: [(name: String, value: String)] = []
        var query = ""
        var body = #"{"type": "a.b", "id": "evt_1", "n": 19.90}"#
        let event: String
        /// What arrives; `nil`: the body.
        var data: String?
    }

    private static let cases = [
        Case(
            scheme: "github", headers: [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "d1")],
            event: "source.sender.push"),
        Case(scheme: "stripe", event: "source.sender.a.b"),
        Case(
            scheme: "slack", body: #"{"type": "event_callback", "event_id": "Ev1", "event": {"type": "x"}}"#,
            event: "source.sender.x"),
        Case(scheme: "standard", event: "source.sender.a.b"),
        Case(scheme: "svix", event: "source.sender.a.b"),
        Case(
            scheme: "twilio", settings: #", "url": "\#(url)""#,
            headers: [("I-Twilio-Idempotency-Token", "i1")], query: "?a=1&b=%20",
            body: "MessageStatus=delivered&MessageSid=SM1&To=%2B1800&Note=a+b%26",
            event: "source.sender.message.delivered",
            data: #"{"MessageStatus":"delivered","MessageSid":"SM1","To":"+1800","Note":"a b&"}"#),
        Case(
            scheme: "hmac-hex", settings: #", "id_header": "X-Id", "type_member": "type""#, headers: [("X-Id", "1")],
            event: "source.sender.a.b"),
    ]

    @Test(arguments: cases.indices)
    func `what a sender signs arrives once at a subscriber; anything else is refused and not stored`(
        index: Int
    ) async throws {
        let test = Self.cases[index]
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            try await client.subscribe(receiver.url, to: "source.sender.*", profile: "newmeta")
            try await Self.create(client, test.scheme, test.settings)
            let target = "/in/sender\(test.query)"
            let signed = try await ForeignSender.headers(
                test.signer, secret: Self.secret, url: Self.url + test.query, body: test.body)
            let headers = signed + test.headers

            let changed = try await client.push(target, headers: headers, body: Array("\(test.body)&x=1".utf8))
            #expect(changed.status == 401)
            #expect(try await client.push(target, headers: [], body: Array(test.body.utf8)).status == 401)
            #expect(try await installation.database.count("martlet.events") == 0)

            let first = try await client.push(target, headers: headers, body: Array(test.body.utf8))
            #expect(first.status == 202, "\(first.text)")
            let again = try await client.push(target, headers: headers, body: Array(test.body.utf8))
            #expect(again.status == 200)
            #expect(try again.member("duplicate")?.boolValue == true)
            try await installation.drain()
        }
        #expect(receiver.received.count == 1)
        let request = try #require(receiver.received.first)
        #expect(request.header("X-Webhook-Event") == test.event)
        #expect(String(decoding: request.body, as: UTF8.self) == test.data ?? test.body)
    }

    @Test(arguments: ["stripe", "slack", "standard"])
    func `what was signed too long ago is refused, by the tolerance of the source`(scheme: String) async throws {
        try await withInstallation { installation, client in
            try await Self.create(client, scheme)
            let headers = try await ForeignSender.headers(scheme, secret: Self.secret, body: "{}", age: 400)
            #expect(try await client.push("/in/sender", headers: headers, body: Array("{}".utf8)).status == 401)
            #expect(try await installation.database.count("martlet.events") == 0)
            try await client.call("PATCH", "/v1/sources/sender", #"{"tolerance": "10m"}"#)
            #expect(try await client.push("/in/sender", headers: headers, body: Array("{}".utf8)).status == 202)
        }
    }

    @Test func `Slack's challenge is answered and makes no event; a slash command is answered with silence`()
        async throws
    {
        try await withInstallation { installation, client in
            try await Self.create(client, "slack")
            let body = #"{"token": "t", "challenge": "3eZbrw1a", "type": "url_verification"}"#
            let headers = try await ForeignSender.headers("slack", secret: Self.secret, body: body)
            let answer = try await client.push("/in/sender", headers: headers, body: Array(body.utf8))
            #expect(answer.status == 200)
            #expect(answer.text == #"{"challenge":"3eZbrw1a"}"#)
            #expect(try await client.push("/in/sender", headers: [], body: Array(body.utf8)).status == 401)
            #expect(try await installation.database.count("martlet.events") == 0)

            let form = "command=%2Fdeploy&text=now"
            let signed = try await ForeignSender.headers("slack", secret: Self.secret, body: form)
            let type = (name: "Content-Type", value: "application/x-www-form-urlencoded")
            let command = try await client.push("/in/sender", headers: signed + [type], body: Array(form.utf8))
            #expect(command.status == 200)
            #expect(command.body.isEmpty)
            #expect(
                try await installation.database.value("SELECT event_name FROM martlet.events").stringValue
                    == "source.sender.command.deploy")
        }
    }

    @Test func `no log and no row shows a source's secret`() async throws {
        try await withMigratedDatabase(environment: ["MARTLET_LOG_LEVEL": "trace"]) { installation in
            try await installation.withIngestServer { client, server in
                try await Self.create(client, "github")
                _ = try await client.push("/in/sender", headers: [], body: Array("{}".utf8))
                try await server.line(containing: "push refused")
                #expect(!server.output.contains { $0.text.contains(Self.secret) })
                let row = try await installation.database.row(
                    "SELECT s::text || encode(s.secrets, 'escape') AS text FROM martlet.sources AS s")
                #expect(row.member(named: "text")?.stringValue?.contains(Self.secret) == false)
            }
        }
    }

    private static func create(_ client: GatewayClient, _ scheme: String, _ settings: String = "") async throws {
        try await client.call(
            "POST", "/v1/sources",
            #"{"name": "sender", "scheme": "\#(scheme)", "secret": "\#(secret)"\#(settings)}"#, expecting: 201)
    }
}
