import Testing

@testable import WebhookCore

struct PayloadTests {
    private static let time = Timestamp(microsecondsSinceUnixEpoch: 1_795_359_845_123_456)

    private func single(_ profile: Profile, _ data: String) -> String {
        String(
            decoding: Payload.single(
                profile: profile, eventName: "item.created", occurredAt: Self.time, data: Array(data.utf8)),
            as: UTF8.self)
    }

    private static let awkward = [
        #"{"b":19.90,"a":12345678901234567890,"a":1e400,"s":"\u00e9\/ é"}"#, " [1, 2 ]\n", "null", #""text""#, "-0.0",
        "{ }",
        #"{"timestamp":1}"#,
    ]

    @Test(arguments: awkward)
    func `newmeta sends the data as it was given`(data: String) {
        #expect(single(.newmeta, data) == data)
    }

    @Test(arguments: awkward)
    func `standard puts the data, as it was given, behind type and timestamp`(data: String) {
        #expect(
            single(.standard, data)
                == #"{"type":"item.created","timestamp":"2026-11-22T15:04:05.123Z","data":"# + data + "}")
    }

    /// `%` stands for the timestamp member.
    @Test(arguments: [
        (#"{"a":1}"#, #"{"a":1,%}"#),
        ("{}", "{%}"),
        (" { \n } ", "{%}"),
        ("\t{ \"a\" : [ 1 , {\"timestamp\":2} ] }\n", "{ \"a\" : [ 1 , {\"timestamp\":2} ],%}"),
        (
            #"{"n":12345678901234567890,"p":19.90,"e":1E-7,"n":2}"#,
            #"{"n":12345678901234567890,"p":19.90,"e":1E-7,"n":2,%}"#
        ),
        (#"{"timestamp":"mine"}"#, "{%}"),
        (#"{"timestamp":1,"a":2}"#, #"{"a":2,%}"#),
        (#"{"a":1,"timestamp":{"x":[1,2]},"b":3}"#, #"{"a":1,"b":3,%}"#),
        (#"{"a":1,"timestamp":2}"#, #"{"a":1,%}"#),
        (#"{"timestamp":1,"a":"x","timestamp":2,"b":3,"timestamp":4}"#, #"{"a":"x","b":3,%}"#),
        (#"{"a":1 , "timestamp":2 , "b":3 }"#, #"{"a":1 , "b":3,%}"#),
        (#"{"a":1 , "timestamp":2 }"#, #"{"a":1,%}"#),
        (#"{ "timestamp" : 2 ,"b":3}"#, #"{"b":3,%}"#),
        (#"{"\u0074imestam\u0070":1,"a":2}"#, #"{"a":2,%}"#),
        (#"{"ti\u006Destamp":1,"ti\u006destamp":2}"#, "{%}"),
        (
            #"{"Timestamp":1,"timestamps":2,"timestam":3,"\u0074":4,"timestamp\u0000":5}"#,
            #"{"Timestamp":1,"timestamps":2,"timestam":3,"\u0074":4,"timestamp\u0000":5,%}"#
        ),
        (#"{"a":"\"},{\"timestamp\":[","b":"\\"}"#, #"{"a":"\"},{\"timestamp\":[","b":"\\",%}"#),
        (#"{"a\"":"}","\\":{"b":["]"]}}"#, #"{"a\"":"}","\\":{"b":["]"]},%}"#),
        ("[1, 2]", #"{"data":[1, 2],%}"#),
        (" 19.90 ", #"{"data":19.90,%}"#),
        ("null", #"{"data":null,%}"#),
        (#""{\"timestamp\":1}""#, #"{"data":"{\"timestamp\":1}",%}"#),
    ])
    func `an entry is the data with the timestamp set last`(data: String, entry: String) {
        let member = #""timestamp":"2026-11-22T15:04:05.123+00:00""#
        let expected = entry.split(separator: "%", omittingEmptySubsequences: false).joined(separator: member)
        #expect(single(.mautic, data) == #"{"item.created":["# + expected + "]}")
    }

    @Test(arguments: [
        "", "{", "{\"a", "{\"a\\", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{a:1}", "{,}", "{\"timestam\\u",
        "{\"timestamp\":1}}", "{\"timestamp\":1,}",
    ])
    func `text that is no JSON is passed on whole, not read beyond its end`(data: String) {
        #expect(single(.mautic, data).contains(#"{"data":"# + data + ","))
    }

    @Test func `a document nested deeper than any scanner allows still gets its timestamp`() {
        let deep = #"{"a":"# + String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000) + "}"
        #expect(single(.mautic, deep).hasSuffix(#"],"timestamp":"2026-11-22T15:04:05.123+00:00"}]}"#))
    }

    @Test func `types of a batch come in the order of their first entry`() {
        let entries = [("b", "1"), ("a", "{}"), ("b", #"{"x":2}"#)].map { name, data in
            Payload.Entry(eventName: name, occurredAt: Self.time, data: Array(data.utf8))
        }
        let member = #""timestamp":"2026-11-22T15:04:05.123+00:00""#
        #expect(
            String(decoding: Payload.aggregated(entries), as: UTF8.self)
                == #"{"b":[{"data":1,\#(member)},{"x":2,\#(member)}],"a":[{\#(member)}]}"#)
    }

    @Test func `each entry of a batch has the time of its own event`() {
        let entries = [0, 1].map { second in
            Payload.Entry(eventName: "a", occurredAt: Timestamp(secondsSinceUnixEpoch: second), data: Array("{}".utf8))
        }
        #expect(
            String(decoding: Payload.aggregated(entries), as: UTF8.self)
                == #"{"a":[{"timestamp":"1970-01-01T00:00:00.000+00:00"},{"timestamp":"1970-01-01T00:00:01.000+00:00"}]}"#
        )
    }
}
