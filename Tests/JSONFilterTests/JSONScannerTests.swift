import Foundation
import Testing

@testable import JSONFilter

struct JSONScannerTests {
    @Test(arguments: [
        ("", 0, JSONError.Reason.unexpectedEnd),
        (" \n", 2, .unexpectedEnd),
        ("[1,]", 3, .unexpectedCharacter),
        (#"{"a":1,}"#, 7, .unexpectedCharacter),
        (#"{"a" 1}"#, 5, .unexpectedCharacter),
        ("[1", 2, .unexpectedEnd),
        (#"{"a":"#, 5, .unexpectedEnd),
        (#""abc"#, 4, .unexpectedEnd),
        (#""abcdefghijklmnopqrstuvwxyz"#, 27, .unexpectedEnd),
        (#""a\"#, 3, .unexpectedEnd),
        (#""a\u12"#, 6, .unexpectedEnd),
        (#""a\x""#, 2, .invalidEscape),
        (#""a\u12g4""#, 2, .invalidEscape),
        ("\"a\u{1F}\"", 2, .controlCharacter),
        ("\"abcdefgh\n\"", 9, .controlCharacter),
        ("01", 1, .unexpectedCharacter),
        ("-", 1, .unexpectedEnd),
        ("-a", 1, .unexpectedCharacter),
        ("1.", 2, .unexpectedEnd),
        ("1.e1", 2, .unexpectedCharacter),
        ("1e+", 3, .unexpectedEnd),
        ("trud", 3, .unexpectedCharacter),
        ("tru", 3, .unexpectedEnd),
        ("nullx", 4, .unexpectedCharacter),
        ("{} {}", 3, .unexpectedCharacter),
        ("\u{FEFF}{}", 0, .unexpectedCharacter),
    ])
    func `an error says what is wrong and at which byte`(text: String, offset: Int, reason: JSONError.Reason) {
        #expect(failure { try JSONScanner.validate(Array(text.utf8)) } == JSONError(offset: offset, reason: reason))
    }

    @Test func `an error reads as a sentence for people`() {
        #expect(
            failure { try JSONScanner.validate(Array("[1,]".utf8)) }?.description == "unexpected character at byte 3")
    }

    @Test func `offsets of a range count from the start of the bytes`() {
        let lines = Array("{}\n[1,]\n".utf8)
        #expect(failure { try JSONScanner.validate(lines, in: 0..<2) } == nil)
        let error = failure { try JSONScanner.validate(lines, in: 3..<7) }
        #expect(error == JSONError(offset: 6, reason: .unexpectedCharacter))
    }

    @Test func `nothing behind the end of a range is read`() {
        for text in ["true", "\"abcdefghij\"", "[1,2]", "\"ä\"", "\"\\u0041\"", "-1.5e10"] {
            let bytes = Array(text.utf8)
            for end in bytes.indices where !(text.hasPrefix("-") && [2, 4, 6].contains(end)) {
                let cut = Array(bytes[..<end])
                let error = failure { try JSONScanner.validate(bytes, in: 0..<end) }
                #expect(error != nil)
                #expect(error == failure { try JSONScanner.validate(cut) })
            }
        }
    }

    @Test func `scalar values of every plane are accepted as UTF-8, in every place of a word`() throws {
        for value in stride(from: 0x20 as UInt32, through: 0x10FFFF, by: 7) {
            guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
            // The places before the character move it over the borders of the eight bytes that are read at once.
            let text = "\"" + String(repeating: "a", count: Int(value % 9)) + String(scalar) + "\""
            try JSONScanner.validate(Array(text.utf8))
        }
    }

    @Test func `two bytes are accepted inside a string exactly where Swift finds them to be UTF-8`() {
        for first in 0x60...UInt8.max {
            for second in UInt8.min...UInt8.max where second != 0x22 && second != 0x5C {
                expectAgreement(with: [first, second])
            }
        }
    }

    @Test func `longer sequences are accepted exactly where Swift finds them to be UTF-8`() {
        let seconds: [UInt8] = [0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        for first in 0xE0...UInt8.max {
            for second in seconds {
                for third in seconds {
                    expectAgreement(with: [first, second, third])
                    for fourth in seconds { expectAgreement(with: [first, second, third, fourth]) }
                }
            }
        }
    }

    private func expectAgreement(with content: [UInt8]) {
        let isText = content.allSatisfy { $0 >= 0x20 } && String(validating: content, as: UTF8.self) != nil
        let accepts = failure { try JSONScanner.validate([0x22] + content + [0x22]) } == nil
        #expect(accepts == isText, "\(content)")
    }

    @Test func `a sequence cut short by the end of the document is invalid UTF-8`() {
        for content: [UInt8] in [[0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98]] {
            let error = failure { try JSONScanner.validate([0x22] + content) }
            #expect(error == JSONError(offset: 1, reason: .invalidUTF8))
        }
    }

    @Test func `512 open containers are accepted and 513 refused at the one too many`() {
        for (opening, closing) in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ depth: Int) -> [UInt8] {
                Array((String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)).utf8)
            }
            #expect(failure { try JSONScanner.validate(nested(512)) } == nil)
            let error = failure { try JSONScanner.validate(nested(513)) }
            #expect(error == JSONError(offset: 512 * opening.utf8.count, reason: .tooDeep))
        }
    }

    @Test func `a megabyte of brackets is refused at the first one too deep`() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1_048_576)
        #expect(failure { try JSONScanner.validate(bytes) } == JSONError(offset: 512, reason: .tooDeep))
    }

    @Test func `siblings do not count as depth`() throws {
        try JSONScanner.validate(Array(("[" + String(repeating: "[[]],", count: 100_000) + "{}]").utf8))
    }

    @Test func `everything is reported once, so that work grows with the document only`() throws {
        let text = "[" + Array(repeating: #"{"a":[1,"x",null],"b":{}}"#, count: 1_000).joined(separator: ",") + "]"
        let bytes = Array(text.utf8)
        var counter = ReportCounter()
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try JSONWalker.walk(buffer, in: buffer.indices, visitor: &counter)
        }
        #expect(counter == ReportCounter(begins: 3_001, ends: 3_001, names: 2_000, scalars: 3_000, separators: 6_000))
    }

    @Test func `the deepest document needs no deep stack`() async throws {
        let text = String(repeating: #"[{"a":"#, count: 256) + "1" + String(repeating: "}]", count: 256)
        let bytes = Array(text.utf8)
        let copy = await onSmallStack {
            guard (try? JSONScanner.validate(bytes)) != nil, (try? SensitiveFilter().filtered(bytes)) == bytes,
                let value = try? JSONValue(parsing: bytes), value == value
            else { return [UInt8]() }
            var writer = JSONWriter()
            writer.value(value)
            return writer.bytes
        }
        #expect(copy == bytes)
    }

    /// Runs `body` on a thread with a stack of 512 KiB.
    private func onSmallStack<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: body()) }
            thread.stackSize = 512 * 1024
            thread.start()
        }
    }
}

/// Counts what a walker reports.
private struct ReportCounter: JSONVisitor, Equatable {
    var begins = 0
    var ends = 0
    var names = 0
    var scalars = 0
    var separators = 0

    mutating func beginContainer(_ kind: JSONKind, at index: Int, depth: Int) { begins += 1 }
    mutating func endContainer(at index: Int, depth: Int) { ends += 1 }
    mutating func name(_ token: JSONStringToken, separator: Int, depth: Int) { names += 1 }
    mutating func string(_ token: JSONStringToken, depth: Int) { scalars += 1 }
    mutating func scalar(_ kind: JSONKind, range: Range<Int>, depth: Int) { scalars += 1 }
    mutating func separator(at index: Int, isComma: Bool, depth: Int) { separators += 1 }
}
