import ArgumentParser

import Testing
import WebhookCore

@testable import GatewayRuntime

struct DeliveryWorkerConfigurationTests {
    @Test func `what is not set has the default that the documentation names`() throws {
        let configuration = try DeliveryWorkerConfiguration(flags: [], environment: sufficient)
        #expect(configuration.listen == ListenAddress(host: "127.0.0.1", port: 9090))
        #expect(configuration.concurrency == 256)
        #expect(configuration.subscriptionConcurrency == 16)
        #expect(configuration.lease == .seconds(60))
        #expect(configuration.shutdownGrace == .seconds(15))
        #expect(configuration.userAgent == "Martlet/0.1.0 Webhook")
        #expect(configuration.receivers == ReceiverConfiguration(allowHTTP: false, allowedAddresses: []))
        #expect(configuration.log == LogConfiguration(level: .info, format: .json))
    }

    @Test func `the environment sets every value`() throws {
        let configuration = try DeliveryWorkerConfiguration(
            flags: [],
            environment: environment([
                "MARTLET_WORKER_LISTEN": "[::1]:0",
                "MARTLET_CONCURRENCY": "8",
                "MARTLET_SUBSCRIPTION_CONCURRENCY": "2",
                "MARTLET_LEASE": "1500ms",
                "MARTLET_SHUTDOWN_GRACE": "2m",
                "MARTLET_USER_AGENT": "Tester/1",
                "MARTLET_ALLOW_HTTP": "true",
                "MARTLET_ALLOW_ADDRESSES": "127.0.0.1/32, fd00::/8",
                "MARTLET_LOG_LEVEL": "debug",
                "MARTLET_LOG_FORMAT": "text",
            ]))
        #expect(configuration.listen == ListenAddress(host: "::1", port: 0))
        #expect(configuration.concurrency == 8)
        #expect(configuration.subscriptionConcurrency == 2)
        #expect(configuration.lease == .milliseconds(1500))
        #expect(configuration.shutdownGrace == .seconds(120))
        #expect(configuration.userAgent == "Tester/1")
        #expect(configuration.receivers.allowHTTP)
        #expect(configuration.receivers.allowedAddresses.map(\.description) == ["127.0.0.1/32", "fd00::/8"])
        #expect(configuration.log == LogConfiguration(level: .debug, format: .text))
    }

    @Test func `a flag beats the environment`() throws {
        let flags = try DeliveryWorkerFlags.parse(["--concurrency", "3", "--listen", "127.0.0.1:1234"])
        let configuration = try DeliveryWorkerConfiguration(
            flags: [flags], environment: environment(["MARTLET_CONCURRENCY": "9", "MARTLET_LEASE": "30s"]))
        #expect(configuration.concurrency == 3)
        #expect(configuration.listen?.port == 1234)
        #expect(configuration.lease == .seconds(30))
    }

    @Test func `a negated flag beats the environment too`() throws {
        let flags = try ReceiverFlags.parse(["--no-allow-http"])
        let configuration = try DeliveryWorkerConfiguration(
            flags: [flags], environment: environment(["MARTLET_ALLOW_HTTP": "true"]))
        #expect(!configuration.receivers.allowHTTP)
    }

    @Test func `an empty worker address turns the server off`() throws {
        let configuration = try DeliveryWorkerConfiguration(
            flags: [], environment: environment(["MARTLET_WORKER_LISTEN": ""]))
        #expect(configuration.listen == nil)
    }

    @Test(arguments: ["DATABASE_URL", "MARTLET_MASTER_KEY"])
    func `a required setting that is missing or empty is named`(variable: String) throws {
        for text in [nil, ""] {
            let found = problems(environment([variable: text]))
            #expect(found.count == 1)
            #expect(try #require(found.first).hasPrefix("\(variable) is missing: "))
        }
    }

    @Test(arguments: [
        ("MARTLET_WORKER_LISTEN", "9090"),
        ("MARTLET_WORKER_LISTEN", "::1:9090"),
        ("MARTLET_WORKER_LISTEN", "host:65536"),
        ("MARTLET_WORKER_LISTEN", ":9090"),
        ("MARTLET_WORKER_LISTEN", "host:"),
        ("MARTLET_WORKER_LISTEN", "host:+1"),
        ("MARTLET_CONCURRENCY", "0"),
        ("MARTLET_CONCURRENCY", "10001"),
        ("MARTLET_CONCURRENCY", "many"),
        ("MARTLET_SUBSCRIPTION_CONCURRENCY", "-1"),
        ("MARTLET_LEASE", "60"),
        ("MARTLET_LEASE", "999ms"),
        ("MARTLET_LEASE", "61m"),
        ("MARTLET_SHUTDOWN_GRACE", "soon"),
        ("MARTLET_USER_AGENT", "two\r\nlines"),
        ("MARTLET_USER_AGENT", "blank "),
        ("MARTLET_ALLOW_HTTP", "maybe"),
        ("MARTLET_ALLOW_ADDRESSES", "10.0.0.1/8"),
        ("MARTLET_ALLOW_ADDRESSES", "localhost"),
        ("MARTLET_LOG_LEVEL", "loud"),
        ("MARTLET_LOG_FORMAT", "xml"),
        ("MARTLET_MASTER_KEY", "c2hvcnQ="),
    ])
    func `a wrong value is refused by the name of its setting`(variable: String, text: String) throws {
        let found = problems(environment([variable: text]))
        #expect(found.count == 1)
        #expect(try #require(found.first).hasPrefix("\(variable) "))
    }

    @Test func `all problems come in one message`() throws {
        let flags = try DeliveryWorkerFlags.parse(["--concurrency", "none"])
        let found = problems(
            ["MARTLET_LEASE": "1", "MARTLET_MASTER_KEY": "wrong", "MARTLET_CONCURRENCY": "1"], flags: [flags])
        #expect(found.count == 4)
        let message = ConfigurationError(problems: found).description
        for variable in ["DATABASE_URL", "MARTLET_MASTER_KEY", "MARTLET_CONCURRENCY", "MARTLET_LEASE"] {
            #expect(message.contains("  \(variable) "))
        }
    }

    @Test func `a wrong master key is not quoted`() throws {
        let found = problems(environment(["MARTLET_MASTER_KEY": "dG9wc2VjcmV0"]))
        #expect(!"\(found)".contains("dG9wc2VjcmV0"))
    }
}
