import Testing

struct BodyLimitTests {
    private func head(_ target: String, _ fields: String) -> String {
        "POST \(target) HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer \(Gateway.adminKey)\r\n\(fields)\r\n\r\n"
    }

    static let limits = [
        ("/v1/events", 1_048_576), ("/v1/events/batch", 16 * 1_048_576), ("/v1/subscriptions", 262_144),
        ("/v1/keys", 262_144),
    ]

    @Test(arguments: limits)
    func `an announced body beyond the limit is refused before any of it is sent`(
        target: String, limit: Int
    ) async throws {
        try await withGateway { gateway in
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(head(target, "Content-Length: \(limit + 1)"))
            let answer = try await connection.answer()
            #expect(answer.status == 413)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(answer.header("connection") == "close")
            #expect(try answer.detail?.contains("\(limit)") == true)
        }
    }

    @Test(arguments: limits)
    func `a chunked body is refused as soon as it exceeds the limit`(target: String, limit: Int) async throws {
        try await withGateway { gateway in
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(head(target, "Transfer-Encoding: chunked"))
            let size = 65_536
            let chunk = Array("\(String(size, radix: 16))\r\n".utf8) + [UInt8](repeating: 0x20, count: size) + [13, 10]
            for _ in 0...(limit / size) { try await connection.send(chunk) }
            // The body has not ended.
            #expect(try await connection.answer().status == 413)
            #expect(try await gateway.storedRows() == 0)
        }
    }

    @Test func `a sender that goes on after the refusal is cut off`() async throws {
        try await withGateway { gateway in
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(head("/v1/events", "Content-Length: 999999999"))
            #expect(try await connection.answer().status == 413)
            try await connection.waitForEnd()
        }
    }

    @Test func `a body of exactly the limit is taken, chunked too`() async throws {
        try await withGateway { gateway in
            let frame = #"{"event": "a", "data": ""}"#
            let data = String(repeating: "x", count: 1_048_576 - frame.utf8.count)
            let body = #"{"event": "a", "data": "\#(data)"}"#
            #expect(try await gateway.send("POST", "/v1/events", body).status == 202)

            let connection = try RawConnection(port: gateway.port)
            try await connection.send(head("/v1/events", "Transfer-Encoding: chunked"))
            try await connection.send("\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
            #expect(try await connection.answer().status == 202)
        }
    }

    @Test(arguments: ["Content-Length: 1000", "Transfer-Encoding: chunked"])
    func `lines that end with the connection instead of the body are not stored`(framing: String) async throws {
        try await withGateway { gateway in
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(head("/v1/events/batch", "\(framing)\r\nContent-Type: application/x-ndjson"))
            let line = #"{"event": "a", "data": 1}"# + "\n"
            let isChunked = framing.hasPrefix("Transfer")
            try await connection.send(isChunked ? "\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n" : line)
            connection.finishSending()
            // Refused or not answered at all: the connection ends either way.
            try await connection.waitForEnd()
            #expect(try await gateway.storedRows() == 0)
        }
    }
}
