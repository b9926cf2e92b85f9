import GatewayCrypto
import Testing
import WebhookCore
import WebhookStore

@testable import ManagementUI

struct SessionSealTests {
    private let now = Timestamp(secondsSinceUnixEpoch: 1_800_000_000)
    private let key = KeyHash(of: "mk_some-key")

    private func box(_ bytes: UInt8...) throws -> SecretBox {
        try SecretBox(masterKeys: bytes.map { [UInt8](repeating: $0, count: 32) })
    }

    @Test func `a session is read as it was sealed`() throws {
        let seal = SessionSeal(box: try box(1))
        let session = Session(key: key, beginning: now)
        let read = try #require(seal.session(in: seal.text(of: session), at: now))
        #expect(read.key == session.key)
        #expect(read.end == session.end)
        #expect(read.token.bytes == session.token.bytes)
    }

    @Test func `another server with the same master key reads it, and one whose list holds that key`() throws {
        let text = try SessionSeal(box: box(1)).text(of: Session(key: key, beginning: now))
        #expect(SessionSeal(box: try box(1)).session(in: text, at: now) != nil)
        #expect(SessionSeal(box: try box(2, 1)).session(in: text, at: now) != nil)
        #expect(SessionSeal(box: try box(2)).session(in: text, at: now) == nil)
    }

    @Test func `a session ends after twelve hours`() throws {
        let seal = SessionSeal(box: try box(1))
        let text = try seal.text(of: Session(key: key, beginning: now))
        #expect(seal.session(in: text, at: now + .seconds(12 * 3_600 - 1)) != nil)
        #expect(seal.session(in: text, at: now + .seconds(12 * 3_600)) == nil)
    }

    @Test func `no byte of it can be changed, added or left out`() throws {
        let seal = SessionSeal(box: try box(1))
        let bytes = try #require(Base64.decodeURL(seal.text(of: Session(key: key, beginning: now))))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(seal.session(in: Base64.encodeURL(changed), at: now) == nil, "byte \(index)")
        }
        for text in ["", "x", "%%%", Base64.encodeURL(bytes + [0]), Base64.encodeURL(bytes.dropLast())] {
            #expect(seal.session(in: text, at: now) == nil)
        }
    }

    @Test func `what is sealed for something else opens no session`() throws {
        let box = try box(1)
        let session = Session(key: key, beginning: now)
        let seconds = UInt64(session.end.secondsSinceUnixEpoch)
        let end = (0..<8).reversed().map { UInt8(truncatingIfNeeded: seconds >> ($0 * 8)) }
        let sealed = try box.seal(session.key.bytes + end + session.token.bytes, context: "table/1/secret")
        #expect(SessionSeal(box: box).session(in: Base64.encodeURL(sealed), at: now) == nil)
    }

    @Test func `the cookie tells nothing of the key`() throws {
        let text = try SessionSeal(box: box(1)).text(of: Session(key: key, beginning: now))
        let bytes = try #require(Base64.decodeURL(text))
        #expect(bytes.ranges(of: Array(key.bytes.prefix(8))).isEmpty)
    }
}
