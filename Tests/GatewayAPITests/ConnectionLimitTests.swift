import GatewayAPI
import TestSupport
import Testing

struct ConnectionLimitTests {
    private func head(_ target: String, _ fields: String) -> String {
        "POST \(target) HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer \(Gateway.adminKey)\r\n\(fields)\r\n\r\n"
    }

    @Test(arguments: ["/v1/tables/1/webhook", "/in/erp", "/v1/events", "/v1/tables"])
    func `a body that does not end is refused in time, however it dribbles`(target: String) async throws {
        try await withGateway(limits: ConnectionLimits(bodyTime: .milliseconds(300))) { gateway in
            _ = try await gateway.send(
                "POST", "/v1/sources", #"{"name": "erp", "scheme": "hmac-hex", "secret": "open-sesame-source"}"#)
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(head(target, "Transfer-Encoding: chunked"))
            let sender = Task {
                while !Task.isCancelled {
                    try await connection.send("1\r\n \r\n")
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            defer { sender.cancel() }
            let answer = try await connection.answer()
            #expect(answer.status == 408)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(answer.header("connection") == "close")
        }
    }

    @Test func `a connection whose body took too long is closed`() async throws {
        try await withGateway(limits: ConnectionLimits(bodyTime: .milliseconds(100))) { gateway in
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(head("/v1/events", "Content-Length: 100") + "{")
            #expect(try await connection.answer().status == 408)
            try await connection.waitForEnd()
            #expect(try await gateway.storedRows() == 0)
            #expect(try await gateway.send("POST", "/v1/events", #"{"event": "a", "data": 1}"#).status == 202)
        }
    }

    @Test func `one connection more than there may be is refused, until another ends`() async throws {
        try await withGateway(limits: ConnectionLimits(connectionsMax: 2)) { gateway in
            let request = "GET /livez HTTP/1.1\r\nHost: gateway\r\n\r\n"
            let kept = try [RawConnection(port: gateway.port), RawConnection(port: gateway.port)]
            for connection in kept {
                try await connection.send(request)
                #expect(try await connection.answer().status == 200)
            }
            let refused = try RawConnection(port: gateway.port)
            try await refused.send(request)
            let answer = try await refused.answer()
            #expect(answer.status == 503)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(answer.header("retry-after") == "1")
            #expect(try answer.detail?.contains("too many connections") == true)
            refused.finishSending()
            try await refused.waitForEnd()

            // Who was there stays.
            try await kept[0].send(request)
            #expect(try await kept[0].answer().status == 200)
            kept[1].finishSending()
            try await kept[1].waitForEnd()
            try await eventually("there is room again") {
                try await gateway.send("GET", "/livez", key: nil).status == 200
            }
        }
    }
}
