// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "ingest-server", targets: ["ingest-server"]),
        .executable(name: "delivery-worker", targets: ["delivery-worker"]),
        .executable(name: "martlet", targets: ["martlet"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        // Without its traits Hummingbird brings no full Foundation: the binary is 26 MB instead of 71 MB.
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // C libraries of the system, one Swift module above each.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(name: "Postgres", dependencies: ["CLibPQ", logging], swiftSettings: strict),
        .target(name: "Curl", dependencies: ["CLibCurl"], swiftSettings: strict),
        .target(name: "GatewayCrypto", dependencies: ["CCrypto"], path: "Sources/Crypto", swiftSettings: strict),

        // Pure: no I/O, no clock.
        .target(name: "HTMLSanitizer", swiftSettings: strict),
        .target(name: "JSONFilter", swiftSettings: strict),
        .target(
            name: "WebhookCore", dependencies: ["GatewayCrypto", "HTMLSanitizer", "JSONFilter"], swiftSettings: strict),

        // How outside systems push, as text.
        .target(name: "CRecipes"),
        .target(name: "PushRecipes", dependencies: ["CRecipes"], swiftSettings: strict),

        // The database: every SQL statement of the product is here or in sql/.
        .target(name: "CMigrations"),
        .target(
            name: "WebhookStore",
            dependencies: ["CMigrations", "GatewayCrypto", "JSONFilter", "Postgres", "WebhookCore", logging],
            swiftSettings: strict),

        .target(
            name: "GatewayRuntime",
            dependencies: [
                "GatewayCrypto", "JSONFilter", "WebhookCore", argumentParser, configuration, logging, serviceLifecycle,
            ],
            swiftSettings: strict),
        .target(
            name: "GatewayAPI",
            dependencies: [
                "GatewayCrypto", "JSONFilter", "Postgres", "WebhookCore", "WebhookStore", httpTypes, hummingbird,
                hummingbirdCore, logging, nioCore, nioHTTPTypes, serviceLifecycle,
            ],
            swiftSettings: strict),
        .target(
            name: "ManagementUI",
            dependencies: [
                "GatewayCrypto", "JSONFilter", "Postgres", "PushRecipes", "WebhookCore", "WebhookStore", httpTypes,
                hummingbird, logging, mustache,
            ],
            resources: [
                "frame.mustache", "grid.mustache", "icon.svg", "management.css", "message.mustache",
                "new-table.mustache",
                "notice.mustache", "push.mustache", "rows.mustache", "sign-in.mustache", "style.css",
                "table-editor.mustache", "table-list.mustache", "table.mustache",
            ].map { .embedInCode("Templates/\($0)") },
            swiftSettings: strict),
        .target(
            name: "DeliveryEngine",
            dependencies: ["Curl", "Postgres", "WebhookCore", "WebhookStore", logging, serviceLifecycle],
            swiftSettings: strict),
        .target(name: "PrivatePostgres", dependencies: [subprocess, logging], swiftSettings: strict),

        .executableTarget(
            name: "ingest-server",
            dependencies: [
                "GatewayAPI", "GatewayRuntime", "ManagementUI", "Postgres", "WebhookStore", argumentParser, logging,
            ],
            path: "Sources/IngestServer", swiftSettings: strict),
        .executableTarget(
            name: "delivery-worker",
            dependencies: [
                "CMalloc", "DeliveryEngine", "GatewayAPI", "GatewayRuntime", "Postgres", "WebhookStore", argumentParser,
                logging, serviceLifecycle,
            ],
            path: "Sources/DeliveryWorker", swiftSettings: strict),
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Curl", "DeliveryEngine", "GatewayAPI", "GatewayCrypto", "GatewayRuntime", "JSONFilter", "Postgres",
                "PrivatePostgres", "PushRecipes", "WebhookCore", "WebhookStore", argumentParser, logging,
                serviceLifecycle,
            ],
            path: "Sources/Martlet", swiftSettings: strict),

        // For tests and benchmarks.
        .systemLibrary(name: "CEpoll", path: "Sources/LoopbackReceiver/CEpoll"),
        .target(name: "LoopbackReceiver", dependencies: ["CEpoll"], exclude: ["CEpoll"], swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["PrivatePostgres", logging], path: "Tests/TestSupport",
            swiftSettings: strict),

        .target(
            name: "EndToEndSupport",
            dependencies: ["JSONFilter", "LoopbackReceiver", "Postgres", "PrivatePostgres", "TestSupport", logging],
            path: "Tests/EndToEndSupport", swiftSettings: strict),

        .executableTarget(
            name: "martlet-bench",
            dependencies: [
                "CEpoll", "CLibCurl", "CLibPQ", "Curl", "GatewayAPI", "GatewayCrypto", "HTMLSanitizer", "JSONFilter",
                "LoopbackReceiver", "Postgres", "PrivatePostgres", argumentParser, hummingbird, logging,
            ],
            path: "Benchmarks/MartletBench", swiftSettings: strict),
        // Few modules, so that an optimised build of it is quick: its instructions are counted by HotPathTests.
        .executableTarget(
            name: "martlet-hot-path", dependencies: ["CCrypto", "GatewayCrypto", "JSONFilter", "WebhookCore"],
            path: "Benchmarks/HotPath", swiftSettings: strict),

        .executableTarget(
            name: "html-sanitize-stream", dependencies: ["HTMLSanitizer"], path: "Tests/HTMLSanitizeStream",
            swiftSettings: strict),
        .testTarget(
            name: "HTMLSanitizerTests",
            dependencies: ["HTMLSanitizer", "PrivatePostgres", "TestSupport", "html-sanitize-stream"],
            swiftSettings: strict),
        .testTarget(name: "JSONFilterTests", dependencies: ["JSONFilter"], swiftSettings: strict),
        .testTarget(name: "CryptoTests", dependencies: ["GatewayCrypto"], swiftSettings: strict),
        .testTarget(
            name: "WebhookCoreTests", dependencies: ["WebhookCore", "GatewayCrypto", "JSONFilter"],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "PrivatePostgres", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayAPITests",
            dependencies: [
                "GatewayAPI", "GatewayCrypto", "JSONFilter", "LoopbackReceiver", "Postgres", "PrivatePostgres",
                "TestSupport", "WebhookCore", "WebhookStore", logging, serviceLifecycle,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletTests",
            dependencies: [
                "JSONFilter", "PrivatePostgres", "TestSupport", "WebhookCore", "WebhookStore", "martlet",
                "ingest-server", "delivery-worker",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WebhookStoreTests",
            dependencies: [
                "GatewayCrypto", "JSONFilter", "Postgres", "PrivatePostgres", "TestSupport", "WebhookCore",
                "WebhookStore", logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PushRecipesTests",
            dependencies: [
                "EndToEndSupport", "JSONFilter", "PrivatePostgres", "PushRecipes", "TestSupport", "ingest-server",
                "martlet",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ManagementUITests",
            dependencies: ["GatewayCrypto", "ManagementUI", "WebhookCore", "WebhookStore", httpTypes, hummingbird],
            swiftSettings: strict),
        // Pages as a browser and a foreign parser see them: packages of PyPI, Debian's chromium.
        .testTarget(
            name: "BrowserTests",
            dependencies: [
                "EndToEndSupport", "JSONFilter", "PrivatePostgres", "TestSupport", "ingest-server", "martlet",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DeliveryEngineTests", dependencies: ["DeliveryEngine", "WebhookCore", "WebhookStore"],
            swiftSettings: strict),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "LoopbackReceiver"], swiftSettings: strict),
        .testTarget(
            name: "PrivatePostgresTests", dependencies: ["PrivatePostgres", logging], swiftSettings: strict),
        .testTarget(
            name: "TestSupportTests", dependencies: ["PrivatePostgres", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "GatewayRuntimeTests",
            dependencies: [
                "GatewayCrypto", "GatewayRuntime", "JSONFilter", "WebhookCore", argumentParser, logging,
                serviceLifecycle,
            ],
            swiftSettings: strict),
        // The programs are dependencies so that they are built before the tests that run them.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "EndToEndSupport", "GatewayCrypto", "JSONFilter", "LoopbackReceiver", "Postgres", "PrivatePostgres",
                "TestSupport", "WebhookCore", "ingest-server", "delivery-worker", "martlet", logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "EndToEndSupport", "LoopbackReceiver", "PrivatePostgres", "TestSupport", "ingest-server",
                "delivery-worker", "martlet",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MartletBenchTests", dependencies: ["LoopbackReceiver", "martlet-bench"], swiftSettings: strict),
        // What it counts is martlet-hot-path, optimised: `make test` builds it before.
        .testTarget(name: "HotPathTests", dependencies: ["PrivatePostgres", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TidyTests",
            dependencies: [
                "GatewayRuntime", "PrivatePostgres", "TestSupport", "ingest-server", "delivery-worker", "martlet",
            ],
            swiftSettings: strict),
    ]
)
