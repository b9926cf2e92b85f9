import Curl
import LoopbackReceiver

extension CurlClient {
    /// A client that may go anywhere unless the test says otherwise.
    static func open(
        connectionsPerHostMax: Int = 0,
        certificateAuthoritiesFile: String? = nil,
        addressGuard: @escaping @Sendable (IPAddress) -> Bool = { _ in true }
    ) -> CurlClient {
        CurlClient(
            configuration: CurlConfiguration(
                connectionsPerHostMax: connectionsPerHostMax, certificateAuthoritiesFile: certificateAuthoritiesFile,
                addressGuard: addressGuard))
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
