import GatewayCrypto
import Testing

@testable import WebhookCore

struct SourceVerifierTests {
    @Test func `every scheme has an example`() {
        #expect(Set(SourceFixture.genuine.map(\.scheme)) == Set(SourceScheme.allCases))
    }

    @Test(arguments: SourceScheme.allCases)
    func `a genuine request is accepted`(scheme: SourceScheme) throws {
        #expect(try SourceFixture.genuine(scheme).event() != nil)
    }

    @Test(arguments: SourceScheme.allCases)
    func `a changed body, another secret, a missing, changed or doubled signature are refused`(
        scheme: SourceScheme
    ) throws {
        let genuine = SourceFixture.genuine(scheme)
        var changed = genuine
        changed.body += scheme == .twilio || scheme == .slack ? "&a=b" : " "
        #expect(changed.isRefused)
        changed = genuine
        changed.secrets = ["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        #expect(changed.isRefused)
        let position = try #require(genuine.headers.lastIndex { $0.value.utf8.count > 20 })
        let signature = genuine.headers[position]
        changed = genuine
        changed.headers.remove(at: position)
        #expect(changed.isRefused)
        changed = genuine
        changed.headers.append(HeaderField(signature.name.uppercased(), signature.value))
        #expect(changed.isRefused)
        for text in ["", "x", "sha256=", "v1,", "v0=", "t=1671552777,v1=", "ts=1671552777;h1=", "mac="] {
            changed = genuine
            changed.headers[position] = HeaderField(signature.name, text)
            #expect(changed.isRefused, "\(text)")
        }
    }

    @Test(arguments: SourceScheme.allCases)
    func `each of several secrets verifies`(scheme: SourceScheme) throws {
        var fixture = SourceFixture.genuine(scheme)
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        fixture.secrets = [other] + fixture.secrets
        #expect(try fixture.event() != nil)
    }

    @Test(arguments: SourceScheme.allCases.filter(\.signsTime))
    func `a time beyond the tolerance is refused, either way`(scheme: SourceScheme) throws {
        let genuine = SourceFixture.genuine(scheme)
        for (offset, isRefused) in [(300, false), (-300, false), (301, true), (-301, true)] as [(Int64, Bool)] {
            var fixture = genuine
            fixture.now += offset
            #expect(fixture.isRefused == isRefused, "\(offset)")
        }
        var patient = genuine
        patient.tolerance = .seconds(600)
        patient.now += 600
        #expect(!patient.isRefused)
    }

    /// Around a genuine signature `%`, which the fixture has, and without one.
    static let lists: [(scheme: SourceScheme, genuine: [String], refused: [String])] = [
        (
            .stripe, ["%,v1=", "v1=zz,%", "v1=00,v1,=,,v9=?,%", "%,v1=\u{e9}"],
            ["t=1671552777,v1=zz,v1=", "t=1671552777,v9=00", "t=1671552777", "v1=00", "t=x,v1=00"]
        ),
        (
            .paddle, ["%;h1=", "h1=zz;%", "h1=00;h1;;h2=?;%"],
            ["ts=1671552777;h1=zz;h1=", "ts=1671552777;h2=00", "ts=1671552777", "h1=00"]
        ),
        (
            .standard, ["% v1,", "v1,! %", "v1 v1,AAAA  v1a,?? %", "v1,AA== v2,x %"],
            ["v1,! v1,", "v2,AAAA", "v1,AAAA"]
        ),
        (.svix, ["% v1,", "v1,! %", "v1 v1,AAAA  v1a,?? %"], ["v1,! v1,", "v2,AAAA", "v1,AAAA"]),
    ]

    @Test(arguments: lists)
    func `of several signatures one is enough, and what is none does not void it`(
        scheme: SourceScheme, genuine: [String], refused: [String]
    ) throws {
        let fixture = SourceFixture.genuine(scheme)
        let signature = try #require(fixture.headers.last)
        for list in genuine {
            var several = fixture
            several.set(signature.name, list.replacing("%", with: signature.value))
            #expect(try several.event() != nil, "\(list)")
        }
        for list in refused {
            var none = fixture
            none.set(signature.name, list)
            #expect(none.isRefused, "\(list)")
        }
    }

    // MARK: GitHub

    @Test func `the example of GitHub's documentation verifies, though it is no JSON`() {
        let fixture = SourceFixture(
            headers: [
                HeaderField(
                    "x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
            ], body: "Hello, World!")
        #expect(throws: (any Error).self) { try fixture.verdict() }
        #expect(!fixture.isRefused)
    }

    @Test func `an event of GitHub is named by header and action, its body stays as it is`() throws {
        let body = #"{"action":"opened","n":19.90}"#
        var fixture = SourceFixture(body: body)
        fixture.set("X-Hub-Signature-256", "sha256=a5012821250a3285ec2e301224e08c60225935296aa6a619b6a03b716903cb60")
        fixture.set("X-GitHub-Event", "issues")
        fixture.set("X-GitHub-Delivery", "72d3162e")
        let event = try #require(try fixture.event())
        #expect(event.name.text == "source.s.issues.opened")
        #expect(event.deliveryID == "72d3162e")
        #expect(event.data == Array(body.utf8))
    }

    @Test func `GitHub's form holds the JSON`() throws {
        var fixture = SourceFixture(body: "payload=%7B%22action%22%3A%22opened%22%7D")
        fixture.set("Content-Type", "application/x-www-form-urlencoded")
        fixture.set("X-Hub-Signature-256", "sha256=6ca9a7b0ffc25544d6e409d862ed7ce81d0238216795a855203f96f94d1b36c6")
        fixture.set("X-GitHub-Event", "issues")
        let event = try #require(try fixture.event())
        #expect(event.name.text == "source.s.issues.opened")
        #expect(String(decoding: event.data, as: UTF8.self) == #"{"action":"opened"}"#)
    }

    // MARK: Types and ids

    static let readings: [(SourceScheme, String, String?)] = [
        (.stripe, "source.s.invoice.paid", "evt_1"), (.slack, "source.s.command.webhook-collect", nil),
        (.standard, "source.s.message", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        (.svix, "source.s.message", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        (.paddle, "source.s.transaction.completed", "evt_01"), (.linear, "source.s.Issue.create", nil),
        (.twilio, "source.s.received", nil), (.hmacHex, "source.s.a", nil), (.hmacBase64, "source.s.received", nil),
    ]

    @Test(arguments: readings)
    func `type and delivery come from where the sender puts them`(
        scheme: SourceScheme, name: String, delivery: String?
    ) throws {
        let event = try #require(try SourceFixture.genuine(scheme).event())
        #expect(event.name.text == name)
        #expect(event.deliveryID == delivery)
    }

    @Test func `Shopify's topic becomes the type, and its delivery is that of the webhook id`() throws {
        var fixture = SourceFixture.genuine(.shopify)
        fixture.set("X-Shopify-Topic", "orders/create")
        fixture.set("X-Shopify-Event-Id", "e1")
        #expect(try fixture.event()?.name.text == "source.s.orders.create")
        #expect(try fixture.event()?.deliveryID == "orders/create/e1")
        fixture.set("X-Shopify-Webhook-Id", "w1")
        #expect(try fixture.event()?.deliveryID == "w1")
    }

    @Test func `a generic sender's headers are those that are configured`() throws {
        var fixture = SourceFixture.genuine(.hmacBase64)
        fixture.typeHeader = "X-Kind"
        fixture.typeMember = "kind"
        fixture.idHeader = "X-Id"
        #expect(try fixture.event()?.name.text == "source.s.a")
        fixture.set("x-kind", "b c")
        fixture.set("x-id", "7")
        #expect(try fixture.event()?.name.text == "source.s.b_c")
        #expect(try fixture.event()?.deliveryID == "7")
    }

    // MARK: Ids that are not signed

    /// Where the id of a delivery stands in a header, and so can be put on any request that was captured.
    static let unsignedIDs: [(scheme: SourceScheme, header: String)] = [
        (.github, "X-GitHub-Delivery"), (.shopify, "X-Shopify-Webhook-Id"), (.linear, "Linear-Delivery"),
        (.twilio, "I-Twilio-Idempotency-Token"), (.hmacHex, "X-Id"), (.hmacBase64, "X-Id"),
    ]

    @Test(arguments: unsignedIDs)
    func `an id that is not signed counts together with what is signed`(scheme: SourceScheme, header: String) throws {
        var fixture = SourceFixture.genuine(scheme)
        if header == "X-Id" { fixture.idHeader = header }
        #expect(try fixture.event()?.contentHash == nil)
        fixture.set(header, "d1")
        let first = try #require(try fixture.event())
        let hash = try #require(first.contentHash)
        #expect(try fixture.event()?.contentHash == hash)
        // Another id says nothing of what is signed.
        fixture.set(header, "d2")
        #expect(try fixture.event()?.contentHash == hash)
        #expect(try fixture.event()?.deliveryID == "d2")
        // A captured body under the id of another delivery.
        let other = try #require(try fixture.signing(scheme == .twilio ? "a=b" : otherBody(scheme)).event())
        #expect(other.deliveryID == "d2")
        #expect(other.contentHash != nil && other.contentHash != hash)
    }

    private func otherBody(_ scheme: SourceScheme) -> String {
        scheme == .linear ? #"{"action":"remove","type":"Issue","webhookTimestamp":1671552777000}"# : #"{"a":1}"#
    }

    @Test func `the type is not signed either, and another one is another delivery`() throws {
        var fixture = SourceFixture.genuine(.github)
        fixture.set("X-GitHub-Delivery", "d1")
        fixture.set("X-GitHub-Event", "push")
        let hash = try fixture.event()?.contentHash
        fixture.set("X-GitHub-Event", "ping")
        #expect(try fixture.event()?.contentHash != hash)
    }

    @Test func `a retry of Linear with a later time is the same delivery`() throws {
        var fixture = SourceFixture.genuine(.linear)
        fixture.set("Linear-Delivery", "d1")
        let hash = try fixture.event()?.contentHash
        let later = fixture.signing(#"{"action":"create","type":"Issue","webhookTimestamp":1671552778000}"#)
        #expect(try later.event()?.contentHash == hash)
    }

    @Test(arguments: [SourceScheme.stripe, .slack, .standard, .svix, .paddle])
    func `an id that is signed counts alone`(scheme: SourceScheme) throws {
        #expect(try SourceFixture.genuine(scheme).event()?.contentHash == nil)
    }

    // MARK: Slack

    @Test func `Slack's challenge is answered when it is genuine`() throws {
        var fixture = SourceFixture.genuine(.slack)
        fixture.set("Content-Type", "application/json")
        fixture.body = #"{"token":"t","challenge":"3eZbrw1a","type":"url_verification"}"#
        #expect(fixture.isRefused)
        fixture.set("X-Slack-Signature", "v0=d639b5fe7660e2d6ac6f58bd9a8624e13d1cacb0c7537150458b825527882cd1")
        #expect(try fixture.verdict() == .challenge("3eZbrw1a"))
    }

    @Test func `an event of Slack is named by the event within`() throws {
        var fixture = SourceFixture.genuine(.slack)
        fixture.set("Content-Type", "application/json")
        fixture.body = #"{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}"#
        fixture.set("X-Slack-Signature", "v0=a1294e790ee07ea10a7389b67bb320f5a5df8119b32726d2c7f28e99fa7a501b")
        let event = try #require(try fixture.event())
        #expect(event.name.text == "source.s.app_mention")
        #expect(event.deliveryID == "Ev1")
    }

    @Test func `a form becomes an object of its fields`() throws {
        let event = try #require(try SourceFixture.genuine(.slack).event())
        #expect(event.isForm)
        #expect(String(decoding: event.data, as: UTF8.self).contains(#""command":"/webhook-collect","text":"","#))
    }

    // MARK: Linear

    @Test func `a body of Linear without the time is refused`() {
        var fixture = SourceFixture.genuine(.linear)
        fixture.body = #"{"action":"create"}"#
        fixture.set("Linear-Signature", "11c5f2085f1b5109af0047bd3ba11bfa9526eead34858087e905ac45bd73c6b6")
        #expect(fixture.isRefused)
    }

    @Test func `a body of Linear that holds no time because it is no object is refused`() {
        var fixture = SourceFixture.genuine(.linear)
        fixture.body = "[1]"
        let code = HMACKey(Array(fixture.secrets[0].utf8)).authenticationCode(for: Array(fixture.body.utf8))
        fixture.set("Linear-Signature", Hex.encode(code))
        #expect(fixture.isRefused)
    }

    // MARK: Twilio

    @Test func `a body that is no form is signed by its hash in the URL`() throws {
        var fixture = SourceFixture.genuine(.twilio)
        fixture.set("Content-Type", "application/json")
        fixture.set("X-Twilio-Signature", "a9nBmqA0ju/hNViExpshrM61xv4=")
        fixture.body = #"{"property": "value", "boolean": true}"#
        fixture.query =
            "foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        #expect(try fixture.event() != nil)
        fixture.body += " "
        #expect(fixture.isRefused)
    }

    @Test(arguments: [
        ("https://h.example/in/s", "https://h.example:443/in/s"), ("http://h.example/", "http://h.example:80/"),
        ("https://h.example:8443/in", "https://h.example/in"), ("https://[::1]/in", "https://[::1]:443/in"),
        ("https://[::1]:8443/in", "https://[::1]/in"), ("https://h.example", "https://h.example:443"),
    ])
    func `a URL is tried with its port and without`(url: String, other: String) {
        #expect(TwilioScheme.spellings(of: url) == [url, other])
    }
}
