import Postgres
import TestSupport
import Testing

struct TestCallTests {
    @Test func `without a worker a test says so, and leaves nothing in the queue`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            let answer = try await gateway.send("POST", "/v1/subscriptions/\(id)/test")
            #expect(answer.status == 200)
            #expect(try answer.json.member(named: "delivered") == .bool(false))
            #expect(try answer.json.member(named: "response_code") == .null)
            #expect(try answer.string("error")?.contains("delivery-worker") == true)
            #expect(try await gateway.database.execute(SelectWaitingTests()).isEmpty)
        }
    }

    @Test(arguments: [("", "webhook.ping"), (#"{"event": "order.created"}"#, "order.created")])
    func `a test is answered with what the worker recorded`(body: String, event: String) async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            async let answer = gateway.send("POST", "/v1/subscriptions/\(id)/test", body)
            try await eventually("the test is queued") {
                try await !gateway.database.execute(SelectWaitingTests()).isEmpty
            }
            #expect(try await gateway.database.execute(SelectWaitingTests()) == [event])
            // What a worker does, in one transaction.
            try await gateway.run(
                """
                WITH taken AS (DELETE FROM martlet.pending WHERE test RETURNING *)
                INSERT INTO martlet.attempts (id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms,
                    worker, attempt, response_code, outcome, tenant, signature)
                SELECT martlet.new_id(martlet.id_floor(now())), id, event_id, now(), subscription_id, 1, 42, 1, 1, 204,
                    'd', tenant, ''
                FROM taken;
                SELECT pg_notify('martlet_tests', delivery_id::text) FROM martlet.attempts;
                """)
            #expect(try await answer.text == #"{"delivered":true,"response_code":204,"duration_ms":42,"error":null}"#)
        }
    }

    @Test(arguments: [(#"{"event": "a b"}"#, 400), (#"{"event": 1}"#, 400), (#"{"data": 1}"#, 400)])
    func `a test of what is no event is refused`(body: String, status: Int) async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            #expect(try await gateway.send("POST", "/v1/subscriptions/\(id)/test", body).status == status)
        }
    }
}

private struct SelectWaitingTests: Statement {
    static let sql = """
        SELECT event.event_name
        FROM martlet.pending
        JOIN martlet.events AS event ON event.id = pending.event_id
        WHERE pending.test
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}
