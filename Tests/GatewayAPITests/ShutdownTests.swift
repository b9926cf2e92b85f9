import Testing

struct ShutdownTests {
    @Test func `a request in flight is answered before the server has stopped`() async throws {
        let body = #"{"event": "a", "data": 1}"#
        var inFlight: RawConnection?
        var rest: Task<Void, any Error>?
        try await withGateway { gateway in
            let connection = try RawConnection(port: gateway.port)
            // Answered once, so the connection is known to be accepted; then half of a request.
            try await connection.send("GET /livez HTTP/1.1\r\nHost: g\r\n\r\n")
            #expect(try await connection.answer().status == 200)
            try await connection.send(
                "POST /v1/events HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(Gateway.adminKey)\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body.prefix(5))")
            // More connections than there can be event loops are answered after it: the server has read that half.
            for _ in 1...64 { #expect(try await gateway.send("GET", "/livez").status == 200) }
            rest = Task { try await connection.send(String(body.dropFirst(5))) }
            inFlight = connection
            // Leaving here, the server is told to stop.
        }
        try await rest?.value
        #expect(try await inFlight?.answer().status == 202)
    }
}
