import Testing

@testable import WebhookCore

struct SourceNameTests {
    @Test(
        arguments: [
            ("push", "source.s.push"), ("orders/create", "source.s.orders.create"), ("a:b.c", "source.s.a.b.c"),
            ("..a//b..", "source.s.a.b"), ("é x", "source.s.__x"), ("", "source.s.received"),
            ("/", "source.s.received"),
            (nil, "source.s.received"),
        ] as [(String?, String)])
    func `whatever a sender calls its event becomes a name`(type: String?, name: String) throws {
        let made = EventName.source(SourceName(stored: "s"), type: type)
        #expect(made.text == name)
        #expect(try EventName(made.text) == made)
    }

    @Test func `a long type is cut to the limit of names`() throws {
        for type in [String(repeating: "x", count: 500), String(repeating: "ab/", count: 200)] {
            let made = EventName.source(SourceName(stored: String(repeating: "n", count: 64)), type: type)
            #expect((126...128).contains(made.text.utf8.count))
            #expect(try EventName(made.text) == made)
        }
    }

    @Test(arguments: ["", "a.b", "a/b", "é", String(repeating: "n", count: 65)])
    func `a source's name is one segment`(text: String) {
        #expect(throws: ValidationError.self) { try SourceName(text) }
    }

    @Test func `keys of the gateway's own are none of a publisher's, and one each`() {
        let key = ReservedKey.source(7, delivery: "evt_1", contentHash: nil)
        #expect(key == "\u{1}source/7/id/evt_1")
        let odd = ["a\0b", "a\u{1}b", String(repeating: "x", count: 500), "é"]
        for delivery in odd {
            let key = ReservedKey.source(7, delivery: delivery, contentHash: nil)
            #expect(ReservedKey.isReserved(key) && key.utf8.count <= 255 && !key.utf8.contains(0))
        }
        #expect(Set(odd.map { ReservedKey.source(7, delivery: $0, contentHash: nil) }).count == odd.count)
        #expect(!ReservedKey.isReserved("order-1"))
    }
}
