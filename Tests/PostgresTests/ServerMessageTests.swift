import Testing

@testable import Postgres

struct ServerMessageTests {
    @Test(arguments: [
        ("22P02", "invalid input syntax for type integer: \"x\"", "invalid input syntax for type integer: \"…\""),
        ("22P02", "invalid input syntax for type integer: \"a\"b\"c\"", "invalid input syntax for type integer: \"…\""),
        (
            "22003", "value \"99999999999\" is out of range for type integer",
            "value \"…\" is out of range for type integer"
        ),
        ("22021", "invalid byte sequence for encoding \"UTF8\": 0xff 0x73", "invalid byte sequence for encoding \"…\""),
        ("22012", "division by zero", "division by zero"),
        ("42P01", "relation \"items\" does not exist", "relation \"items\" does not exist"),
    ])
    func `data exceptions lose the value they quote`(state: String, message: String, shown: String) {
        #expect(ServerMessage.withoutValues(message, state: SQLState(rawValue: state)) == shown)
    }

    @Test func `a message that ends the session is a lost connection`() {
        let message = ServerMessage(
            severity: "FATAL", state: .adminShutdown, text: "terminating connection", constraint: nil)
        #expect(message.error == .connectionLost(detail: "57P01 terminating connection"))
    }

    @Test func `an error names state and constraint`() {
        let message = ServerMessage(severity: "ERROR", state: .uniqueViolation, text: "duplicate", constraint: "pk")
        #expect(message.error == .server(.uniqueViolation, message: "duplicate", constraint: "pk"))
    }

    @Test func `messages of libpq become one line`() {
        #expect(ServerMessage.oneLine("connection failed:\n\tis it running?\n") == "connection failed: is it running?")
    }
}
