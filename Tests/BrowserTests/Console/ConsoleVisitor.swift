import EndToEndSupport

/// Speaks to the pages to manage with as a browser would, or would not.
struct ConsoleVisitor {
    let client: GatewayClient
    /// `name=value` of each.
    var cookies: [String] = []
    /// That of the forms.
    var token = ""

    /// A visitor who has signed in.
    static func signedIn(_ client: GatewayClient, key: String? = nil) async throws -> ConsoleVisitor {
        var visitor = ConsoleVisitor(client: client)
        visitor.keep(try await visitor.get("/ui/login"))
        let answer = try await visitor.post("/ui/login", ["key": key ?? client.key])
        guard answer.status == 303 else { throw UnexpectedAnswer(answer: answer) }
        visitor.keep(answer)
        visitor.keep(try await visitor.get("/ui/tables"))
        return visitor
    }

    /// Keeps what an answer brings: its cookies, and the token of its forms.
    mutating func keep(_ answer: Answer) {
        for field in answer.headers where field.name.lowercased() == "set-cookie" {
            let pair = String(field.value.prefix { $0 != ";" })
            let name = pair.prefix { $0 != "=" }
            cookies.removeAll { $0.hasPrefix("\(name)=") }
            if !pair.hasSuffix("=") { cookies.append(pair) }
        }
        if let mark = answer.text.firstRange(of: "name=\"token\" value=\"") {
            token = String(answer.text[mark.upperBound...].prefix { $0 != "\"" })
        }
    }

    func get(_ path: String, headers: [String] = []) async throws -> Answer {
        try await client.send("GET", path, headers: cookieLine + headers, isAnonymous: true)
    }

    /// Sends a form, with the token unless `fields` has another.
    func post(
        _ path: String, _ fields: [String: String] = [:], headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        let body = ["token": token].merging(fields) { $1 }
            .map { "\($0.key)=\(Self.encoded($0.value))" }.joined(separator: "&")
        return try await send(path, body, headers: headers)
    }

    func send(
        _ path: String, _ body: String, headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        let type = [(name: "Content-Type", value: "application/x-www-form-urlencoded")]
        let cookie = cookies.isEmpty ? [] : [(name: "Cookie", value: cookies.joined(separator: "; "))]
        return try await client.push(path, headers: type + cookie + headers, body: Array(body.utf8))
    }

    private var cookieLine: [String] { cookies.isEmpty ? [] : ["Cookie: \(cookies.joined(separator: "; "))"] }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let hex = String(byte, radix: 16)
            return "%\(hex.count == 1 ? "0" : "")\(hex)"
        }.joined()
    }
}
