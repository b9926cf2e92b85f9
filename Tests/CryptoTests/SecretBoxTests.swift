import GatewayCrypto
import Testing

struct SecretBoxTests {
    private let oldKey = [UInt8](repeating: 0x11, count: 32)
    private let newKey = [UInt8](repeating: 0x22, count: 32)
    private let secret = Array("whsec_correct horse battery staple".utf8)

    private func failure(_ body: () throws -> Void) -> SecretBoxError? {
        do {
            try body()
            return nil
        } catch let error as SecretBoxError {
            return error
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test(arguments: [0, 1, 15, 16, 17, 64, 100_000])
    func `what is sealed opens with the same context`(count: Int) throws {
        let box = try SecretBox(masterKeys: [newKey])
        let plaintext = SecureRandom.bytes(count)
        let sealed = try box.seal(plaintext, context: "subscription/42")
        #expect(sealed.count == count + SecretBox.overhead)
        #expect(try box.open(sealed, context: "subscription/42") == plaintext)
    }

    @Test func `sealing twice gives two boxes, and neither shows the secret`() throws {
        let box = try SecretBox(masterKeys: [newKey])
        let (first, second) = (try box.seal(secret, context: "a"), try box.seal(secret, context: "a"))
        #expect(first != second)
        for sealed in [first, second] {
            #expect(!sealed.indices.contains { sealed[$0...].starts(with: secret.prefix(4)) })
        }
    }

    @Test func `another context opens nothing`() throws {
        let box = try SecretBox(masterKeys: [newKey])
        let sealed = try box.seal(secret, context: "subscription/42")
        for context in ["subscription/43", "subscription/4", "subscription/422", ""] {
            #expect(failure { _ = try box.open(sealed, context: context) } == .notAuthentic)
        }
    }

    @Test func `a box with any bit changed does not open`() throws {
        let box = try SecretBox(masterKeys: [newKey])
        let sealed = try box.seal(secret, context: "a")
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                let expected: SecretBoxError =
                    switch index {
                    case 0: .unknownFormat(changed[0])
                    case 1..<5: .unknownKey(keyID: Hex.encode(Array(changed[1..<5])))
                    default: .notAuthentic
                    }
                #expect(failure { _ = try box.open(changed, context: "a") } == expected)
            }
        }
    }

    @Test func `a box cut short or with more behind it does not open`() throws {
        let box = try SecretBox(masterKeys: [newKey])
        let sealed = try box.seal(secret, context: "a")
        for count in 0..<sealed.count {
            let expected: SecretBoxError = count < SecretBox.overhead ? .truncated : .notAuthentic
            #expect(failure { _ = try box.open(Array(sealed.prefix(count)), context: "a") } == expected)
        }
        #expect(failure { _ = try box.open(sealed + [0], context: "a") } == .notAuthentic)
    }

    @Test func `the key of a box that fits another key by its id does not open it`() throws {
        let sealed = try SecretBox(masterKeys: [oldKey]).seal(secret, context: "a")
        let other = try SecretBox(masterKeys: [newKey])
        let otherID = try other.seal([], context: "")[1..<5]
        let relabelled = sealed.prefix(1) + otherID + sealed.dropFirst(5)
        #expect(failure { _ = try other.open(Array(relabelled), context: "a") } == .notAuthentic)
    }

    @Test func `the first key seals and every key of the list opens`() throws {
        let old = try SecretBox(masterKeys: [oldKey])
        let both = try SecretBox(masterKeys: [newKey, oldKey])
        let new = try SecretBox(masterKeys: [newKey])
        let sealedByOld = try old.seal(secret, context: "a")
        let sealedByBoth = try both.seal(secret, context: "a")

        #expect(try both.open(sealedByOld, context: "a") == secret)
        #expect(try new.open(sealedByBoth, context: "a") == secret)
        #expect(
            failure { _ = try new.open(sealedByOld, context: "a") }
                == .unknownKey(keyID: Hex.encode(Array(sealedByOld[1..<5]))))
        #expect(both.isSealedWithOldKey(sealedByOld))
        #expect(!both.isSealedWithOldKey(sealedByBoth))
        #expect(!both.isSealedWithOldKey([]))
    }

    @Test func `many tasks may use one box at a time`() async throws {
        let box = try SecretBox(masterKeys: [newKey, oldKey])
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    let plaintext = [UInt8](repeating: UInt8(task), count: 64)
                    return try (0..<200).allSatisfy { round in
                        let sealed = try box.seal(plaintext, context: "\(task)/\(round)")
                        return try box.open(sealed, context: "\(task)/\(round)") == plaintext
                    }
                }
            }
            for try await agrees in group { #expect(agrees) }
        }
    }

    @Test func `keys have 32 bytes and there is at least one`() {
        #expect(failure { _ = try SecretBox(masterKeys: []) } == .masterKeyMissing)
        for count in [0, 16, 31, 33] {
            let error = failure { _ = try SecretBox(masterKeys: [newKey, [UInt8](repeating: 0, count: count)]) }
            #expect(error == .masterKeyMalformed(position: 2))
        }
    }

    @Test func `a list of master keys is read with whitespace around each`() throws {
        let text = " \(Base64.encode(newKey)),\n\t\(Base64.encode(oldKey))\r\n"
        #expect(try SecretBox.masterKeys(parsing: text) == [newKey, oldKey])
        #expect(try SecretBox.masterKeys(parsing: Base64.encode(newKey)) == [newKey])
    }

    @Test(arguments: [
        ("", SecretBoxError.masterKeyMissing), (" \n", .masterKeyMissing), ("secret", .masterKeyMalformed(position: 1)),
        ("c2hvcnQ=", .masterKeyMalformed(position: 1)),
        ("IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=,", .masterKeyMalformed(position: 2)),
        ("IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=,x", .masterKeyMalformed(position: 2)),
        ("IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI", .masterKeyMalformed(position: 1)),
        ("IiIiIiIiIiIiIiIiIiIi IiIiIiIiIiIiIiIiIiIiIiI=", .masterKeyMalformed(position: 1)),
    ])
    func `a wrong list of master keys names the wrong one and says how to make one`(
        text: String, expected: SecretBoxError
    ) {
        let error = failure { _ = try SecretBox.masterKeys(parsing: text) }
        #expect(error == expected)
        #expect(error?.description.contains("openssl rand -base64 32") == true)
        #expect(error?.description.contains("IiIi") == false)
    }

    @Test func `a box prints without its keys`() throws {
        let box = try SecretBox(masterKeys: [newKey, oldKey])
        var dumped = ""
        dump(box, to: &dumped)
        for text in [String(describing: box), String(reflecting: box), dumped] {
            #expect(!text.contains("34"), "0x22 in decimal")
            #expect(text.contains("SecretBox(2 keys)"))
        }
    }
}
