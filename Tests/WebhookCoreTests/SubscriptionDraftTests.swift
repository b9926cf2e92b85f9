import JSONFilter
import Testing
import WebhookCore

struct SubscriptionDraftTests {
    private static let minimal = #"{"name":"n","url":"https://example.com/","events":["*"]}"#

    private func draft(_ json: String, into draft: SubscriptionDraft = SubscriptionDraft()) throws -> SubscriptionDraft
    {
        var draft = draft
        try draft.apply(try JSONValue(parsing: Array(json.utf8)))
        return draft
    }

    private func settings(_ json: String) throws -> SubscriptionSettings {
        try draft(json).settings(allowHTTP: false, addressGuard: AddressGuard())
    }

    /// The minimal request with one member more, or another value of one it has.
    private func settings(with member: String, _ value: String) throws -> SubscriptionSettings {
        try draft("{\"\(member)\":\(value)}", into: draft(Self.minimal)).settings(
            allowHTTP: false, addressGuard: AddressGuard())
    }

    @Test func `three members are enough, the rest has defaults`() throws {
        let settings = try settings(Self.minimal)
        #expect(settings.profile == .standard)
        #expect(settings.queueMode == nil)
        #expect(settings.eventOrder == nil)
        #expect(settings.batchSize == 10)
        #expect(settings.batchInterval == nil)
        #expect(settings.customHeaders == .none)
        #expect(settings.maxRetries == 5)
        #expect(settings.timeout == .seconds(10))
        #expect(settings.concurrency == nil)
        #expect(settings.rate == nil)
        #expect(settings.ordering == .none)
        #expect(!settings.isPrompt)
    }

    @Test func `every member is taken over`() throws {
        let draft = try draft(
            #"""
            {"name":"Orders","url":"https://example.com/x","events":["a.*","b","a.*"],"profile":"mautic","queue_mode":"queued",
            "event_order":"reverse","batch_size":1000,"batch_interval":"5m","custom_headers":{"X-A":"1"},"max_retries":20,
            "timeout":30,"concurrency":7,"rate_limit":2.5,"rate_burst":4,"ordering":"customer.id",
            "disable_on_gone":false,"secret":"sixteen bytes..."}
            """#)
        let settings = try draft.settings(allowHTTP: false, addressGuard: AddressGuard())
        #expect(settings.name == "Orders")
        #expect(settings.url.text == "https://example.com/x")
        #expect(settings.events.map(\.text) == ["a.*", "b"])
        #expect(settings.profile == .mautic)
        #expect(settings.queueMode == .queued)
        #expect(settings.eventOrder == .reverse)
        #expect(settings.batchSize == 1_000)
        #expect(settings.batchInterval == .seconds(300))
        #expect(settings.customHeaders.fields == [HeaderField("X-A", "1")])
        #expect(settings.maxRetries == 20)
        #expect(settings.timeout == .seconds(30))
        #expect(settings.concurrency == 7)
        #expect(settings.rate == RateLimit(rate: 2.5, burst: 4))
        #expect(settings.ordering == .key("customer.id"))
        #expect(settings.disablesOnGone == false)
        #expect(settings.isPrompt)
        #expect(try draft.checkedSecret()?.text == "sixteen bytes...")
    }

    @Test func `a change leaves alone what it does not name, and null goes back to the default`() throws {
        let before = try draft(#"{"batch_size":20,"timeout":5,"queue_mode":"queued"}"#, into: draft(Self.minimal))
            .settings(allowHTTP: false, addressGuard: AddressGuard())
        let after = try draft(#"{"timeout":null,"queue_mode":null,"name":"m"}"#, into: SubscriptionDraft(before))
            .settings(allowHTTP: false, addressGuard: AddressGuard())
        var expected = before
        expected.name = "m"
        expected.timeout = .seconds(10)
        expected.queueMode = nil
        #expect(after == expected)
    }

    @Test(arguments: [
        ("max_retries", "0", 5), ("max_retries", "null", 5), ("max_retries", "1", 1), ("max_retries", "20", 20),
    ])
    func `no retries means the default`(member: String, value: String, expected: Int) throws {
        #expect(try settings(with: member, value).maxRetries == expected)
    }

    @Test(arguments: [
        (#""30s""#, Duration.seconds(30)), ("1", .seconds(1)), (#""24h""#, .seconds(86_400)),
        (#""1500ms""#, .milliseconds(1_500)),
    ])
    func `a batch interval is text or seconds`(value: String, interval: Duration) throws {
        #expect(try settings(with: "batch_interval", value).batchInterval == interval)
    }

    @Test(arguments: [
        ("max_retries", "21"), ("max_retries", "-1"), ("max_retries", "99999999999999999999"), ("batch_size", "0"),
        ("batch_size", "1001"), ("batch_interval", "0"), ("batch_interval", #""500ms""#), ("batch_interval", #""25h""#),
        ("timeout", "0"),
        ("timeout", "31"), ("timeout", "-5"), ("concurrency", "0"), ("concurrency", "1001"),
        ("rate_limit", "0"), ("rate_limit", "0.009"), ("rate_limit", "10000.5"), ("rate_limit", "-1"),
        ("rate_limit", "1e400"),
        ("rate_burst", "0"), ("rate_burst", "10001"), ("ordering", #""a.b.c.d.e.f.g.h.i""#), ("name", #""""#),
        ("events", "[]"),
        ("batch_interval", "9223372036854775807"),
    ])
    func `a value beyond its range is 422 and names its member`(member: String, value: String) {
        let error = #expect(throws: ValidationError.self) { try settings(with: member, value) }
        #expect(error?.member == member)
        #expect(error?.httpStatus == 422)
    }

    @Test(arguments: [
        ("name", "null"), ("name", "1"), ("name", #""a\u0000b""#), ("name", #""  ""#), ("url", "null"),
        ("url", #""nowhere""#),
        ("events", #""*""#), ("events", "null"), ("profile", #""other""#), ("profile", "null"),
        ("queue_mode", #""later""#),
        ("event_order", "1"), ("batch_size", "1.5"), ("batch_size", "1e1"), ("batch_size", #""10""#),
        ("batch_interval", #""soon""#),
        ("custom_headers", "[]"), ("timeout", "true"), ("concurrency", #""1""#),
        ("rate_limit", #""1""#), ("rate_burst", "1.5"), ("ordering", "1"), ("disable_on_gone", "1"),
        ("ordering", #""a..b""#), ("secret", "1"),
    ])
    func `a value of the wrong form is 400 and names its member`(member: String, value: String) {
        let error = #expect(throws: ValidationError.self) { try settings(with: member, value) }
        #expect(error?.member == member)
        #expect(error?.httpStatus == 400)
    }

    @Test func `the error names the element at fault`() {
        #expect(throws: ValidationError.malformed("events[1]", "must be a string")) {
            try settings(with: "events", #"["a",1]"#)
        }
        let error = #expect(throws: ValidationError.self) { try settings(with: "events", #"["a","b","a.*.b"]"#) }
        #expect(error?.member == "events[2]")
    }

    @Test func `a hundred patterns are allowed, duplicates not counted`() throws {
        let patterns = (0..<101).map { "\"e\($0)\"" }
        let hundred = patterns.prefix(100) + patterns.prefix(100)
        #expect(try settings(with: "events", "[" + hundred.joined(separator: ",") + "]").events.count == 100)
        let error = #expect(throws: ValidationError.self) {
            try settings(with: "events", "[" + patterns.joined(separator: ",") + "]")
        }
        #expect(error?.kind == .outOfRange)
    }

    @Test func `a name has at most 200 characters`() throws {
        #expect(throws: Never.self) { try settings(with: "name", "\"" + String(repeating: "ä", count: 200) + "\"") }
        #expect(throws: ValidationError.self) {
            try settings(with: "name", "\"" + String(repeating: "ä", count: 201) + "\"")
        }
    }

    @Test(arguments: ["name", "url", "events"])
    func `what has no default is required`(member: String) throws {
        let members = [("name", #""n""#), ("url", #""https://example.com/""#), ("events", #"["*"]"#)].filter {
            $0.0 != member
        }
        let json = "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        #expect(throws: ValidationError.malformed(member, "is required")) { try settings(json) }
    }

    @Test func `unknown and doubled members are refused`() {
        let unknown = #expect(throws: ValidationError.self) { try settings(with: "colour", "1") }
        #expect(unknown?.httpStatus == 400)
        #expect(unknown?.description.contains("colour") == true)
        #expect(throws: ValidationError.malformed("name", "is given more than once")) {
            try draft(#"{"name":"a","na\u006de":"b"}"#)
        }
        #expect(throws: ValidationError.self) { try draft("[]") }
    }

    @Test func `a secret is checked for the profile it is given with`() throws {
        #expect(try draft(#"{"secret":null}"#).checkedSecret() == nil)
        #expect(throws: ValidationError.self) { try draft(#"{"secret":"sixteen bytes..."}"#).checkedSecret() }
        #expect(try draft(#"{"secret":"sixteen bytes...","profile":"newmeta"}"#).checkedSecret() != nil)
    }
}
