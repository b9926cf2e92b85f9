import Testing

@testable import WebhookCore

/// Copying the members in one piece and walking over them, held against each other.
struct TimestampSpliceTests {
    private static func copied(_ data: String) -> String? {
        var body: [UInt8] = []
        guard TimestampSplice.appendInside(of: Array(data.utf8), to: &body) else {
            #expect(body.isEmpty)
            return nil
        }
        return String(decoding: body, as: UTF8.self)
    }

    private static func walked(_ data: String) -> String {
        var body: [UInt8] = []
        TimestampSplice.appendMembers(of: Array(data.utf8), to: &body)
        return String(decoding: body, as: UTF8.self)
    }

    private static let members = [
        #""a":1"#, #""timestamp":1"#, #""b":{"timestamp":[2]}"#, #""c":"timestamp""#, #""\u0074imestamp":3"#,
        #""d":"\u00e4 \"timestamp\": }""#, #""timestamps" : [ ]"#, #""\\":"ö, \\""#,
    ]
    private static let spaces = ["", " ", "\r\n\t"]

    /// Every member with every whitespace around it.
    private static let segments = members.flatMap { member in
        spaces.flatMap { before in spaces.map { after in before + member + after } }
    }

    @Test func `members copied in one piece are those that a walk finds`() {
        var copies = 0
        for first in Self.segments {
            for data in ["{\(first)}", " {\(first)}\n"] + Self.segments.map({ "{\(first),\($0)}" }) {
                guard let copied = Self.copied(data) else { continue }
                copies += 1
                #expect(copied == Self.walked(data), "\(data)")
            }
        }
        #expect(copies > 1_000)
    }

    @Test(arguments: ["", " ", "{}", " { } ", "[]", "[{\"a\":1}]", "1", "null", "\"{}\"", "{", "}", "}{"])
    func `what has no members is left to the walk`(data: String) {
        #expect(Self.copied(data) == nil)
    }

    @Test(arguments: 0...70)
    func `a name is seen wherever it stands`(padding: Int) {
        let before = #"{"pad":""# + String(repeating: ".", count: padding) + #"","#
        for after in ["}", #","b":""# + String(repeating: "-", count: 40) + #""}"#] {
            #expect(Self.copied(before + #""timestamp":1"# + after) == nil)
            for (position, letter) in "timestamp".utf8.enumerated() {
                for hex in [String(letter, radix: 16), String(letter, radix: 16, uppercase: true)] {
                    let name = Array("timestamp")
                    let escaped = String(name[..<position]) + "\\u00" + hex + String(name[(position + 1)...])
                    #expect(Self.copied(before + "\"\(escaped)\":1" + after) == nil, "\(escaped)")
                }
            }
        }
    }

    @Test(arguments: [
        #"{"placed_timestamp":1,"timestamp_of":2,"Timestamp":3}"#, #"{"a":"\"timestamp\": it is late"}"#,
        #"{"a":"k\u00e4se \u003cb\u003e"}"#, #"{"at":"tip-top","t":"p"}"#,
    ])
    func `what only looks like the name costs no walk`(data: String) {
        #expect(Self.copied(data) == data.dropFirst().dropLast() + ",")
    }
}
