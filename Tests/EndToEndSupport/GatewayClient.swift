import JSONFilter

/// Speaks to an `ingest-server` as its users do.
public struct GatewayClient: Sendable {
    public let port: Int
    public let key: String

    public init(port: Int, key: String) {
        self.port = port
        self.key = key
    }

    /// Sends one request on a connection of its own.
    ///
    /// - Parameters:
    ///   - headers: more of them, such as `X-MMT-Signature: …`.
    ///   - isAnonymous: without `Authorization`.
    /// - Throws: ``HTTPConnectionError`` when there is no answer.
    public func send(
        _ method: String, _ target: String, _ body: String? = nil, headers: [String] = [], isAnonymous: Bool = false
    ) async throws -> Answer {
        let request = request(method, target, body, headers, closes: true, isAnonymous: isAnonymous)
        return try await HTTPConnection.open(port: port).send(request, hasBody: method != "HEAD")
    }

    /// Pushes to a source as an outside system does: without a key, with the headers it signs.
    public func push(
        _ target: String, headers: [(name: String, value: String)], body: [UInt8]
    ) async throws -> Answer {
        var head = "POST \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        return try await HTTPConnection.open(port: port).send(
            Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body)
    }

    /// Sends one request, and the answer must have this status.
    @discardableResult
    public func call(
        _ method: String, _ target: String, _ body: String? = nil, expecting status: Int = 200
    ) async throws -> Answer {
        let answer = try await send(method, target, body)
        guard answer.status == status else { throw UnexpectedAnswer(answer: answer) }
        return answer
    }

    /// Posts events one after the other on one connection until there are no more, or the connection ends.
    ///
    /// - Parameters:
    ///   - next: the body of the next request; `nil`: no more.
    ///   - answered: called with each answer before the next request goes out.
    public func post(
        to target: String, _ next: () -> String?, answered: (Answer) -> Void
    ) async throws {
        let connection = try HTTPConnection.open(port: port)
        while let body = next() {
            answered(try await connection.send(request("POST", target, body, closes: false)))
        }
    }

    private func request(
        _ method: String, _ target: String, _ body: String?, _ headers: [String] = [], closes: Bool,
        isAnonymous: Bool = false
    ) -> [UInt8] {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        if !isAnonymous { head += "Authorization: Bearer \(key)\r\n" }
        for header in headers { head += "\(header)\r\n" }
        if closes { head += "Connection: close\r\n" }
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return Array("\(head)\r\n\(body ?? "")".utf8)
    }
}

/// A subscription that a test made.
public struct MadeSubscription: Sendable {
    public let id: String
    /// What the answer to its creation carried.
    public let secret: String
}

extension GatewayClient {
    /// Makes a subscription.
    ///
    /// - Parameter settings: more members, as JSON text, such as `"timeout": "1s"`.
    public func subscribe(
        _ url: String, to events: String = "*", profile: String = "standard", settings: String = ""
    ) async throws -> MadeSubscription {
        let more = settings.isEmpty ? "" : ", \(settings)"
        let answer = try await call(
            "POST", "/v1/subscriptions",
            #"{"name": "test", "url": "\#(url)", "events": ["\#(events)"], "profile": "\#(profile)"\#(more)}"#,
            expecting: 201)
        return try MadeSubscription(id: answer.string("id"), secret: answer.string("secret"))
    }

    /// Sends an event; returns its id.
    ///
    /// - Parameter data: JSON text.
    @discardableResult
    public func dispatch(_ event: String, _ data: String = "{}") async throws -> String {
        try await call("POST", "/v1/events", #"{"event": "\#(event)", "data": \#(data)}"#, expecting: 202).string("id")
    }
}
