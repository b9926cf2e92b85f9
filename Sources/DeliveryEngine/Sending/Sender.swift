internal import Curl
internal import WebhookCore

/// A signed request on its way, and what is needed when it comes back.
///
/// A class, so that it costs one reference count on its way through threads and queues instead of one for each string.
final class Sending: Sendable {
    let delivery: ClaimedDelivery
    let subscription: Subscription
    let request: SignedRequest
    let sentAt: Timestamp

    init(delivery: ClaimedDelivery, subscription: Subscription, request: SignedRequest, sentAt: Timestamp) {
        self.delivery = delivery
        self.subscription = subscription
        self.request = request
        self.sentAt = sentAt
    }
}

/// One request that has ended.
struct Sent: Sendable {
    let sending: Sending
    let outcome: AttemptOutcome
}

/// Sends signed requests with libcurl and says what came of each, once.
struct Sender: Sendable {
    private let curl: CurlClient

    init(_ curl: CurlClient) {
        self.curl = curl
    }

    /// - Parameter completed: called on curl's thread, which does nothing else meanwhile.
    func send(_ sendings: [Sending], completed: @escaping @Sendable (Sent) -> Void) {
        curl.send(
            sendings.map { sending in
                (
                    request: HTTPRequest(sending.request),
                    completion: { result, duration in
                        completed(Sent(sending: sending, outcome: AttemptOutcome(result, duration: duration)))
                    }
                )
            })
    }
}

extension HTTPRequest {
    fileprivate init(_ request: SignedRequest) {
        self.init(
            url: request.url, headers: request.headers.map { (name: $0.name, value: $0.value) }, body: request.body,
            timeout: request.timeout, connectTimeout: request.timeout)
    }
}

extension AttemptOutcome {
    fileprivate init(_ result: Result<HTTPResponse, TransferFailure>, duration: Duration) {
        switch result {
        case .success(let response):
            self = .responded(
                status: response.status, retryAfter: response.retryAfter, body: response.body,
                truncated: response.truncated, duration: duration)
        case .failure(let failure):
            self = .failed(reason: FailureReason(failure.kind), message: failure.message, duration: duration)
        }
    }
}

extension FailureReason {
    /// The kinds of failure have the same names where both modules know them.
    fileprivate init(_ kind: TransferFailure.Kind) {
        self = FailureReason(rawValue: kind.rawValue) ?? .other
    }
}
