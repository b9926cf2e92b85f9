import Hummingbird
import WebhookCore
import WebhookStore

/// A request that was admitted: what the API of its route answers.
struct Call: Sendable {
    let request: Request
    let route: Route
    let query: Query
    let caller: Caller
    let deadline: RequestDeadline

    /// HEAD is answered like GET, without the body.
    var method: HTTPRequest.Method { request.method == .head ? .get : request.method }

    /// The tenant that the call works in: the one its key is bound to, else the one it names, else `default`.
    func tenant() throws(Problem) -> String {
        try namedTenant() ?? TenantName.standard
    }

    /// The tenant that the key is bound to or that the call names; `nil` when there is neither.
    func namedTenant() throws(Problem) -> String? {
        guard let named = query["tenant"] else { return caller.tenant }
        return try caller.tenant(named)
    }
}
