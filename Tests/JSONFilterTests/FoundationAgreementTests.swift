import Foundation
import JSONFilter
import Testing

/// Foundation's parser as an independent judge of what is JSON.
struct FoundationAgreementTests {
    private func foundationAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    private func scannerAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONScanner.validate(bytes)) != nil
    }

    /// `bytes` without what RFC 8259 allows and Foundation refuses, and the same in all else: surrogate escapes, which
    /// may lack their partner, become other escapes, and exponents, which may leave the range of `Double`, become 0.
    private func withoutKnownDifferences(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var inExponent = false
        for index in bytes.indices {
            let previous = index > 0 ? bytes[index - 1] : 0
            let byte = bytes[index]
            if index > 1, bytes[index - 2] == UInt8(ascii: "\\"), previous == UInt8(ascii: "u"),
                byte | 0x20 == UInt8(ascii: "d")
            {
                bytes[index] = UInt8(ascii: "0")
            }
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            let followsE = previous | 0x20 == UInt8(ascii: "e")
            inExponent = followsE && (isDigit || "+-".utf8.contains(byte)) || inExponent && isDigit
            if inExponent, isDigit { bytes[index] = UInt8(ascii: "0") }
        }
        return bytes
    }

    @Test(arguments: 0..<8)
    func `generated documents are accepted by both`(seed: UInt64) {
        var generator = DocumentGenerator(seed: seed)
        for _ in 0..<250 {
            let text = generator.document().text
            #expect(scannerAccepts(Array(text.utf8)), "\(text)")
            #expect(foundationAccepts(Array(text.utf8)), "\(text)")
        }
    }

    @Test(arguments: 0..<8)
    func `documents with one byte changed are refused by both or by none`(seed: UInt64) {
        var generator = DocumentGenerator(seed: 1_000 + seed)
        var refused = 0
        for _ in 0..<1_000 {
            let bytes = generator.mutated(Array(generator.document().text.utf8))
            let text = String(decoding: bytes, as: UTF8.self)
            let accepts = scannerAccepts(bytes)
            if !accepts { refused += 1 }
            #expect(accepts == scannerAccepts(withoutKnownDifferences(bytes)), "\(text)")
            #expect(accepts == foundationAccepts(withoutKnownDifferences(bytes)), "\(text)")
        }
        #expect((100...950).contains(refused), "mutations have to make both kinds")
    }
}
