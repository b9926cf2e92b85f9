import EndToEndSupport
import LoopbackReceiver
import TestSupport
import Testing
import WebhookCore

/// A running worker notices what is changed over HTTP.
struct SubscriptionChangeTests {
    @Test func `a new secret signs at once, and the old one is void`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url)
            try await installation.withWorker { _ in
                try await client.dispatch("order.created")
                let first = try await receiver.requests(count: 1, within: .seconds(20))[0]
                #expect(try first.isSigned(with: subscription.secret))

                let rotated = try await client.call("POST", "/v1/subscriptions/\(subscription.id)/rotate-secret")
                let secret = try rotated.string("secret")
                #expect(secret != subscription.secret)
                try await client.dispatch("order.created")
                let second = try await receiver.requests(count: 2, within: .seconds(20))[1]
                #expect(try second.isSigned(with: secret))
                #expect(try !second.isSigned(with: subscription.secret))
            }
        }
    }

    @Test func `while an overlap lasts both secrets sign`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url)
            try await installation.withWorker { _ in
                let path = "/v1/subscriptions/\(subscription.id)"
                let secret = try await client.call("POST", "\(path)/rotate-secret", #"{"overlap": "24h"}"#)
                    .string("secret")
                try await client.dispatch("order.created")
                let request = try await receiver.requests(count: 1, within: .seconds(20))[0]
                #expect(try request.isSigned(with: secret))
                #expect(try request.isSigned(with: subscription.secret))
                #expect(request.header("webhook-signature")?.split(separator: " ").count == 2)
                try await ForeignVerifier.with { verifier in
                    for secret in [secret, subscription.secret] {
                        let isAccepted = try await verifier.standardWebhooksAccepts(
                            headers: request.headers, body: request.body, secret: secret)
                        #expect(isAccepted)
                    }
                }
            }
        }
    }

    @Test func `a changed URL takes effect for the next delivery, also for what waits already`() async throws {
        let old = try LoopbackReceiver { _ in .respond(500) }
        let new = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(old.url)
            try await installation.withWorker { _ in
                try await client.dispatch("order.created")
                try await installation.untilAttempts(1)
                try await client.call("PATCH", "/v1/subscriptions/\(subscription.id)", #"{"url": "\#(new.url)"}"#)
                try await client.dispatch("order.created")
                try await installation.makeRetriesDue()
                _ = try await new.requests(count: 2, within: .seconds(20))
                try await installation.untilAttempts(3)
                // History tells where each request went.
                let urls = try await installation.database.value(
                    "SELECT json_agg(request_url ORDER BY id) FROM martlet.webhook_deliveries")
                #expect(urls == .array([.string(old.url), .string(new.url), .string(new.url)]))
            }
        }
        #expect(old.requestCount == 1)
    }

    @Test func `a deactivated subscription gets nothing until it is activated`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(500) }
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url)
            let path = "/v1/subscriptions/\(subscription.id)"
            try await client.dispatch("order.created")
            try await client.call("POST", "\(path)/deactivate")
            try await installation.drain()
            #expect(receiver.requestCount == 0)
            #expect(try await installation.database.count("martlet.webhook_queue WHERE status = 'pending'") == 1)
            try await client.call("POST", "\(path)/activate")
            try await installation.drain()
            #expect(receiver.requestCount == 1)
        }
    }

    @Test func `deleting a subscription cancels what waits for it and keeps its history`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(500) }
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url)
            try await client.dispatch("order.created")
            try await installation.drain()
            try await client.dispatch("order.created")
            try await client.call("DELETE", "/v1/subscriptions/\(subscription.id)", expecting: 204)
            try await installation.makeRetriesDue()
            try await installation.drain()
            #expect(receiver.requestCount == 1)
            #expect(try await installation.database.count("martlet.webhook_queue") == 0)
            let history = try await installation.database.row("SELECT * FROM martlet.webhook_deliveries")
            #expect(history.member(named: "request_url") == .string(receiver.url))
            #expect(history.member(named: "response_code") == .number("500"))
        }
    }
}

extension ReceivedRequest {
    /// Whether a receiver of the standard profile that knows only this secret would accept the request now.
    fileprivate func isSigned(with secret: String) throws -> Bool {
        let verifier = SignatureVerifier(
            profile: .standard, secrets: [try SubscriptionSecret(secret, for: .standard)])
        let seconds = Int64(header("webhook-timestamp") ?? "") ?? 0
        do throws(VerificationError) {
            try verifier.verify(
                headers: headers.map { HeaderField($0.name, $0.value) }, body: body,
                now: Timestamp(secondsSinceUnixEpoch: seconds))
            return true
        } catch {
            return false
        }
    }
}
