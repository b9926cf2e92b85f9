import GatewayCrypto
import Testing

struct SecureRandomTests {
    @Test func `bytes come in the number asked for and do not repeat`() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(1).count == 1)
        #expect(Set((0..<1_000).map { _ in SecureRandom.bytes(16) }).count == 1_000)
    }

    @Test func `a text has the length and the characters asked for`() {
        #expect(SecureRandom.text(0) == "")
        #expect(SecureRandom.text(32).utf8.count == 32)
        #expect(SecureRandom.text(5, alphabet: "x") == "xxxxx")
        #expect(Set(SecureRandom.text(1_000, alphabet: "01")) == ["0", "1"])
        #expect(Set((0..<1_000).map { _ in SecureRandom.text(32) }).count == 1_000)
    }

    /// A byte modulo the size of the alphabet would favour its first characters, by 5 to 4 with 62 characters, which
    /// gives a chi-square above 1,000 here. Right ones stay below the bound with a probability above 1 - 10⁻⁹.
    @Test(arguments: [
        (SecureRandom.alphanumerics, 155.0), ("0123456789", 68.0),
        (String(SecureRandom.alphanumerics.prefix(50)), 137.0),
    ])
    func `every character of the alphabet is as likely as the others`(alphabet: String, chiSquareMax: Double) {
        let length = 100_000
        let counts = SecureRandom.text(length, alphabet: alphabet).utf8.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let expected = Double(length) / Double(alphabet.utf8.count)
        let chiSquare = alphabet.utf8.reduce(0.0) { sum, character in
            let difference = Double(counts[character, default: 0]) - expected
            return sum + difference * difference / expected
        }
        #expect(chiSquare < chiSquareMax)
        #expect(counts.count == alphabet.utf8.count)
    }
}
