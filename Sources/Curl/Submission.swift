/// A request and who wants to know what came of it.
struct Submission: Sendable {
    let request: HTTPRequest
    let completion: CurlClient.Completion
}
