import GatewayRuntime
import Testing

struct IngestServerConfigurationTests {
    @Test func `what is not set has the default that the documentation names`() throws {
        let configuration = try IngestServerConfiguration(flags: [], environment: sufficient)
        #expect(configuration.listen == ListenAddress(host: "127.0.0.1", port: 8080))
        #expect(configuration.adminKey == nil)
        #expect(configuration.sensitiveKeywords.isEmpty)
        #expect(configuration.shutdownGrace == .seconds(15))
    }

    @Test func `a flag beats the environment`() throws {
        let configuration = try IngestServerConfiguration(
            flags: [
                try IngestServerFlags.parse(["--listen", "0.0.0.0:80", "--sensitive-keywords", "iban, pin ,"]),
                try DatabaseFlags.parse(["--database-url", "postgresql://other/db"]),
                try LogFlags.parse(["--log-format", "text"]),
                try ShutdownFlags.parse(["--shutdown-grace", "1s"]),
            ],
            environment: environment(["MARTLET_LISTEN": "127.0.0.1:1", "MARTLET_SENSITIVE_KEYWORDS": "other"]))
        #expect(configuration.listen.description == "0.0.0.0:80")
        #expect(configuration.sensitiveKeywords == ["iban", "pin"])
        #expect(configuration.database.url.value == "postgresql://other/db")
        #expect(configuration.log.format == .text)
        #expect(configuration.shutdownGrace == .seconds(1))
    }

    @Test func `no way of printing it shows a secret`() throws {
        let configuration = try IngestServerConfiguration(
            flags: [], environment: environment(["MARTLET_ADMIN_KEY": "open-sesame"]))
        var dumped = ""
        dump(configuration.database, to: &dumped)
        dump(configuration.adminKey, to: &dumped)
        let printed = "\(configuration) \(String(reflecting: configuration.adminKey)) \(dumped)"
        for secret in ["hunter2", "open-sesame", "AAECAwQFBgcICQoL"] {
            #expect(!printed.contains(secret))
        }
        #expect(configuration.adminKey?.value == "open-sesame")
    }

    @Test func `what is printed names every setting of the program`() throws {
        let configuration = try IngestServerConfiguration(flags: [], environment: sufficient)
        #expect(
            configuration.description == """
                DATABASE_URL=postgresql://app@db/martlet MARTLET_LISTEN=127.0.0.1:8080 MARTLET_ADMIN_KEY= \
                MARTLET_MASTER_KEY=[set] MARTLET_ALLOW_HTTP=false MARTLET_ALLOW_ADDRESSES= \
                MARTLET_SENSITIVE_KEYWORDS= MARTLET_SHUTDOWN_GRACE=15s MARTLET_LOG_LEVEL=info MARTLET_LOG_FORMAT=json
                """)
    }
}
