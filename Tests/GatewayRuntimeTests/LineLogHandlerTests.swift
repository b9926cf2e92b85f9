import JSONFilter
import Logging
import Synchronization
import Testing
import WebhookCore

@testable import GatewayRuntime

struct LineLogHandlerTests {
    @Test func `a line is one JSON object with every part of the message`() throws {
        let line = try #require(
            logged(.json) { logger in
                logger.warning(
                    "cut \"off\"\nhere \u{1b}[31m",
                    metadata: ["count": .stringConvertible(3), "ok": .stringConvertible(true), "who": "me"])
            }.first)
        let members = try object(line)
        #expect(members.map(\.name) == ["time", "level", "logger", "message", "count", "ok", "who"])
        #expect(members["level"] == .string("warning"))
        #expect(members["logger"] == .string("test"))
        #expect(members["message"] == .string("cut \"off\"\nhere \u{1b}[31m"))
        #expect(members["count"] == .number("3"))
        #expect(members["ok"] == .bool(true))
        #expect(line.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(line.hasSuffix("}\n"))
    }

    @Test func `metadata cannot pass for a part of the message`() throws {
        let line = try #require(logged(.json) { $0.info("true", metadata: ["message": "false"]) }.first)
        let members = try object(line)
        #expect(members["message"] == .string("true"))
        #expect(members["message_"] == .string("false"))
    }

    @Test func `nested metadata stay nested`() throws {
        let line = try #require(
            logged(.json) { $0.info("x", metadata: ["a": ["b": ["c", .stringConvertible(1.5)]]]) }.first)
        #expect(line.hasSuffix(#""a":{"b":["c",1.5]}}"# + "\n"))
    }

    @Test func `an event's own metadata beat the logger's`() throws {
        let line = try #require(
            logged(.json) { logger in
                var logger = logger
                logger[metadataKey: "a"] = "logger"
                logger[metadataKey: "b"] = "logger"
                logger.info("x", metadata: ["a": "event"])
            }.first)
        let members = try object(line)
        #expect(members["a"] == .string("event"))
        #expect(members["b"] == .string("logger"))
    }

    @Test func `what is less severe than the level is not written`() {
        #expect(logged(.json) { $0.debug("x") }.isEmpty)
    }

    @Test func `text is one line whatever it contains`() throws {
        let line = try #require(
            logged(.text) { $0.error("a\nb \u{1b}[2J", metadata: ["k": "v\r"]) }.first)
        #expect(line.hasSuffix(#" error test: a\nb \u{1B}[2J k=v\r"# + "\n"))
    }

    @Test func `the time is RFC 3339 in UTC`() throws {
        let line = try #require(logged(.text) { $0.info("x") }.first)
        let time = line.prefix { $0 != " " }
        #expect(time.hasSuffix("Z"))
        #expect(Timestamp(rfc3339: String(time)) != nil)
    }

    /// The lines that `body` logs at the level info.
    private func logged(_ format: LogConfiguration.Format, _ body: (Logger) -> Void) -> [String] {
        let lines = Lines()
        let handler = LineLogHandler(label: "test", format: format, level: .info) { bytes in
            lines.kept.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
        body(Logger(label: "test") { _ in handler })
        return lines.kept.withLock { $0 }
    }

    private func object(_ line: String) throws -> [JSONMember] {
        guard case .object(let members) = try JSONValue(parsing: Array(line.utf8)) else {
            Issue.record("no object: \(line)")
            return []
        }
        return members
    }
}

private final class Lines: Sendable {
    let kept = Mutex<[String]>([])
}

extension [JSONMember] {
    fileprivate subscript(name: String) -> JSONValue? { first { $0.name == name }?.value }
}
