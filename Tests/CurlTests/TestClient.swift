import Curl
import LoopbackReceiver

extension CurlClient {
    /// A client that may go anywhere unless the test says otherwise.
    static func open(
        connectionsPerHostMax: Int = 0,
        responseMemory: ResponseMemory = ResponseMemory(bytesMax: .max),
        certificateAuthoritiesFile: String? = nil,
        addressGuard: @escaping @Sendable (IPAddress) -> Bool = { _ in true },
        completionsCalled: @escaping @Sendable () -> Void = {}
    ) -> CurlClient {
        CurlClient(
            configuration: CurlConfiguration(
                connectionsPerHostMax: connectionsPerHostMax, responseMemory: responseMemory,
                certificateAuthoritiesFile: certificateAuthoritiesFile, addressGuard: addressGuard,
                completionsCalled: completionsCalled))
    }

    /// The outcome without its duration.
    func outcome(of request: HTTPRequest) async -> Result<HTTPResponse, TransferFailure> {
        await send(request).result
    }
}

extension Result where Success == HTTPResponse, Failure == TransferFailure {
    var status: Int? { try? get().status }

    var failure: TransferFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}

extension Duration {
    /// Long enough that only a hang exceeds it.
    static let patience = Duration.seconds(20)
}
