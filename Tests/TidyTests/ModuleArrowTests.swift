import Testing

/// The direction of the arrows between the modules: ARCHITECTURE.md has the picture.
struct ModuleArrowTests {
    /// Which modules of this package each directory of `Sources` may import.
    private static let arrows: [String: Set<String>] = [
        "CMigrations": [],
        "Crypto": ["CCrypto"],
        "Curl": ["CLibCurl"],
        "JSONFilter": [],
        "Postgres": ["CLibPQ"],
        "PrivatePostgres": [],
        "LoopbackReceiver": ["CEpoll"],
        "WebhookCore": ["GatewayCrypto", "JSONFilter"],
        "WebhookStore": ["CMigrations", "GatewayCrypto", "JSONFilter", "Postgres", "WebhookCore"],
        "GatewayRuntime": ["GatewayCrypto", "JSONFilter", "WebhookCore"],
        "GatewayAPI": ["GatewayCrypto", "JSONFilter", "Postgres", "WebhookCore", "WebhookStore"],
        "DeliveryEngine": ["Curl", "GatewayCrypto", "Postgres", "WebhookCore", "WebhookStore"],
        "IngestServer": ["GatewayAPI", "GatewayRuntime", "Postgres", "WebhookStore"],
        "DeliveryWorker": ["DeliveryEngine", "GatewayAPI", "GatewayRuntime", "Postgres", "WebhookStore"],
        "Martlet": [
            "Curl", "DeliveryEngine", "GatewayAPI", "GatewayCrypto", "GatewayRuntime", "JSONFilter", "Postgres",
            "PrivatePostgres", "WebhookCore", "WebhookStore",
        ],
    ]

    private static let executables = ["DeliveryWorker", "IngestServer", "Martlet"]

    /// Which directories may import a module of somebody else; what is not named here, all may.
    private static let borrowed: [String: [String]] = [
        "Hummingbird": ["GatewayAPI"],
        "HTTPTypes": ["GatewayAPI"],
        "NIOCore": ["GatewayAPI"],
        "Configuration": ["GatewayRuntime"],
        "ArgumentParser": ["GatewayRuntime"] + executables,
        "Subprocess": ["PrivatePostgres"],
        // It adds tens of megabytes to a binary, and seconds to its build.
        "Foundation": [],
        "FoundationEssentials": [],
        "FoundationNetworking": [],
    ]

    @Test(arguments: arrows.keys.sorted())
    func `a module imports only what its place in the house allows`(directory: String) throws {
        let ours = Self.arrows.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        let allowed = try #require(Self.arrows[directory])
        let files = try SourceTree.files(below: "Sources/\(directory)", endings: [".swift", ".c"])
        #expect(!files.isEmpty)
        for file in files {
            for (number, module) in try imports(of: file) {
                #expect(!ours.contains(module) || allowed.contains(module), "\(file):\(number) imports \(module)")
                if let borrowers = Self.borrowed[module] {
                    #expect(borrowers.contains(directory), "\(file):\(number) imports \(module)")
                }
            }
        }
    }

    @Test func `every directory of Sources has its place in the house`() throws {
        // Those of C libraries hold a header and a module map.
        let directories = try SourceTree.directories(below: "Sources").filter {
            try !SourceTree.files(below: "Sources/\($0)", endings: [".swift", ".c"]).isEmpty
        }
        #expect(directories == Self.arrows.keys.sorted())
    }

    @Test func `the pure module knows no clock and no outside world`() throws {
        for file in try SourceTree.files(below: "Sources/WebhookCore", endings: [".swift"]) {
            for (number, module) in try imports(of: file) {
                #expect(["GatewayCrypto", "JSONFilter"].contains(module), "\(file):\(number) imports \(module)")
            }
            for line in try SourceTree.codeLines(of: file) {
                #expect(
                    !line.text.contains(/Clock\.now|\.now\b\s*\(|Task\.sleep|getenv/),
                    "\(file):\(line.number) \(line.text)")
            }
        }
    }

    @Test func `SQL stands in sql and in WebhookStore alone`() throws {
        // Postgres resets a connection that it takes back, which is about sessions and not about webhooks.
        let exempt = ["Sources/WebhookStore/", "Sources/Postgres/"]
        let statement =
            /\b(SELECT\s|INSERT INTO\s|DELETE FROM\s|UPDATE [a-z_.]+ SET|CREATE (TABLE|INDEX|FUNCTION)|NOTIFY\s)/
        for file in try SourceTree.files(below: "Sources", endings: [".swift"])
        where !exempt.contains(where: file.hasPrefix) {
            for line in try SourceTree.codeLines(of: file) {
                #expect(!line.text.contains(statement), "\(file):\(line.number) \(line.text)")
            }
        }
    }

    @Test func `Postgres and Curl know nothing of webhooks`() throws {
        for file in try SourceTree.files(below: "Sources", endings: [".swift"])
        where file.hasPrefix("Sources/Postgres/") || file.hasPrefix("Sources/Curl/") {
            for line in try SourceTree.codeLines(of: file) {
                #expect(
                    !line.text.lowercased().contains(/webhook|martlet|subscription/),
                    "\(file):\(line.number) \(line.text)")
            }
        }
    }

    private func imports(of file: String) throws -> [(line: Int, module: String)] {
        try SourceTree.codeLines(of: file).compactMap { line in
            let pattern =
                /^\s*(?:@\w+\s+)?(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:\w+\s+)?(\w+)\b/
            return line.text.firstMatch(of: pattern).map { (line: line.number, module: String($0.1)) }
        }
    }
}
