import Testing

/// The direction of the arrows between the modules: ARCHITECTURE.md has the picture.
struct ModuleArrowTests {
    /// Which modules of this package each directory of `Sources` may import.
    private static let arrows: [String: Set<String>] = [
        "CMigrations": [],
        "CRecipes": [],
        "Crypto": ["CCrypto"],
        "Curl": ["CLibCurl"],
        "HTMLSanitizer": [],
        "JSONFilter": [],
        "Postgres": ["CLibPQ"],
        "PrivatePostgres": [],
        "PushRecipes": ["CRecipes"],
        "LoopbackReceiver": ["CEpoll"],
        "WebhookCore": ["GatewayCrypto", "HTMLSanitizer", "JSONFilter"],
        "WebhookStore": ["CMigrations", "GatewayCrypto", "JSONFilter", "Postgres", "WebhookCore"],
        "GatewayRuntime": ["GatewayCrypto", "JSONFilter", "WebhookCore"],
        "GatewayAPI": ["GatewayCrypto", "JSONFilter", "Postgres", "WebhookCore", "WebhookStore"],
        "ManagementUI": [
            "GatewayCrypto", "JSONFilter", "Postgres", "PushRecipes", "WebhookCore", "WebhookStore",
        ],
        "DeliveryEngine": ["Curl", "Postgres", "WebhookCore", "WebhookStore"],
        "IngestServer": ["GatewayAPI", "GatewayRuntime", "ManagementUI", "Postgres", "WebhookStore"],
        "DeliveryWorker": ["CMalloc", "DeliveryEngine", "GatewayAPI", "GatewayRuntime", "Postgres", "WebhookStore"],
        "Martlet": [
            "Curl", "DeliveryEngine", "GatewayAPI", "GatewayCrypto", "GatewayRuntime", "JSONFilter", "Postgres",
            "PrivatePostgres", "PushRecipes", "WebhookCore", "WebhookStore",
        ],
    ]

    private static let executables = ["DeliveryWorker", "IngestServer", "Martlet"]

    /// Which directories may import a module of somebody else; what is not named here, all may.
    private static let borrowed: [String: [String]] = [
        "Hummingbird": ["GatewayAPI", "ManagementUI"],
        "HTTPTypes": ["GatewayAPI", "ManagementUI"],
        "Mustache": ["ManagementUI"],
        "NIOCore": ["GatewayAPI"],
        "NIOHTTPTypes": ["GatewayAPI"],
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
        var used: Set<String> = []
        for file in files {
            for found in try imports(of: file) {
                used.insert(found.text)
                #expect(
                    !ours.contains(found.text) || allowed.contains(found.text), "\(found.place) imports \(found.text)")
                if let borrowers = Self.borrowed[found.text] {
                    #expect(borrowers.contains(directory), "\(found.place) imports \(found.text)")
                }
            }
        }
        // What is allowed and not used is no arrow any more.
        #expect(used.isSuperset(of: allowed), "\(allowed.subtracting(used)) is not used")
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
            for found in try imports(of: file) {
                #expect(
                    ["GatewayCrypto", "HTMLSanitizer", "JSONFilter"].contains(found.text),
                    "\(found.place) imports \(found.text)")
            }
        }
        try SourceTree.expectNone(
            of: #"Clock\.now|\.now\b\s*\(|Task\.sleep|getenv"#, suchAs: "let start = ContinuousClock.now",
            in: SourceTree.files(below: "Sources/WebhookCore", endings: [".swift"]), inCode: true)
    }

    @Test func `SQL stands in sql and in WebhookStore alone`() throws {
        // Postgres resets a connection that it takes back, which is about sessions and not about webhooks.
        let exempt = ["Sources/WebhookStore/", "Sources/Postgres/"]
        try SourceTree.expectNone(
            of: #"\b(?:SELECT\s|INSERT INTO\s|DELETE FROM\s|UPDATE [a-z_.]+ SET|"#
                + #"CREATE (?:TABLE|INDEX|FUNCTION)|NOTIFY\s)"#,
            suchAs: #"let sql = "SELECT 1""#,
            in: SourceTree.files(below: "Sources", endings: [".swift"]).filter {
                !exempt.contains(where: $0.hasPrefix)
            },
            inCode: true)
    }

    @Test(arguments: ["Postgres", "Curl"])
    func `a module above a C library knows nothing of webhooks`(module: String) throws {
        try SourceTree.expectNone(
            of: "(?i)webhook|martlet|subscription", suchAs: "struct SignedWebhook {",
            in: SourceTree.files(below: "Sources/\(module)", endings: [".swift"]), inCode: true)
    }

    private func imports(of file: String) throws -> [SourceTree.Match] {
        try SourceTree.matches(
            of: #"^\s*(?:@\w+\s+)?(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"#
                + #"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)"#,
            in: file, inCode: true)
    }
}
