import Testing

@testable import Postgres

struct ConnectPlanTests {
    private func attempts(
        _ url: String, environment: [String: String] = [:], settings: [(String, String)] = []
    ) throws -> [[String: String]] {
        let configuration = PostgresConfiguration(url: url, applicationName: "martlet", sessionSettings: settings)
        let plan = ConnectPlan(
            options: try ConnectionOptions(parsing: url), defaults: ConnectionOptions(values: environment),
            configuration: configuration)
        return plan.attempts.map(\.values)
    }

    @Test func `one host is one attempt, with keepalives`() throws {
        let attempts = try attempts("postgresql://u@h:5433/d")
        #expect(attempts.count == 1)
        #expect(attempts[0]["host"] == "h")
        #expect(attempts[0]["port"] == "5433")
        #expect(attempts[0]["keepalives_idle"] == "10")
        #expect(attempts[0]["fallback_application_name"] == "martlet")
    }

    @Test func `every host is an attempt with its own port`() throws {
        let attempts = try attempts("postgresql://u@a:1,b:2/d?target_session_attrs=read-write")
        #expect(attempts.map { $0["host"] } == ["a", "b"])
        #expect(attempts.map { $0["port"] } == ["1", "2"])
        #expect(attempts.allSatisfy { $0["target_session_attrs"] == "read-write" })
    }

    @Test func `one port serves every host`() throws {
        let attempts = try attempts("host=a,b port=7 hostaddr=127.0.0.1,127.0.0.2")
        #expect(attempts.map { $0["port"] } == ["7", "7"])
        #expect(attempts.map { $0["hostaddr"] } == ["127.0.0.1", "127.0.0.2"])
    }

    @Test func `a preference for standbys goes through the hosts twice`() throws {
        let attempts = try attempts("host=a,b target_session_attrs=prefer-standby")
        #expect(attempts.map { $0["host"] } == ["a", "b", "a", "b"])
        #expect(attempts.map { $0["target_session_attrs"] } == ["standby", "standby", "any", "any"])
    }

    @Test func `the URL's own settings win over the defaults`() throws {
        let attempts = try attempts("postgresql://u@h/d?keepalives_idle=99&gssencmode=prefer")
        #expect(attempts[0]["keepalives_idle"] == "99")
        #expect(attempts[0]["gssencmode"] == "prefer")
    }

    @Test func `hosts may come from the environment`() throws {
        let attempts = try attempts("dbname=d", environment: ["host": "a,b", "user": "ignored"])
        #expect(attempts.map { $0["host"] } == ["a", "b"])
        #expect(attempts.allSatisfy { $0["user"] == nil })
    }

    @Test func `session settings reach the server's options, escaped`() throws {
        let attempts = try attempts(
            "postgresql://u@h/d?options=-cgeqo%3Doff", settings: [("search_path", "a, b"), ("work_mem", "8MB")])
        #expect(attempts[0]["options"] == #"-cgeqo=off -c search_path=a,\ b -c work_mem=8MB"#)
    }

    @Test func `lists that do not match are left to libpq to complain about`() throws {
        #expect(try attempts("host=a,b,c port=1,2").count == 1)
    }

    @Test func `a URL that cannot be parsed is refused without repeating it`() {
        let url = "postgresql://user:secret@[::1/d"
        let error = #expect(throws: PostgresError.self) { try ConnectionOptions(parsing: url) }
        guard case .invalidConfiguration(let detail) = error else {
            Issue.record("\(String(describing: error)) instead of invalidConfiguration")
            return
        }
        #expect(!detail.isEmpty)
        #expect(!detail.contains("secret"))
    }
}
