internal import CLibCurl
import Glibc

extension EasyHandle {
    /// What the ended transfer came to. `code` is libcurl's verdict.
    func outcome(_ code: CURLcode) -> Result<HTTPResponse, TransferFailure> {
        switch (code, response.exceeded) {
        // libcurl is content with a header section that ends with the connection; half of an answer is none.
        case (CURLE_OK, _) where !response.hasFinalHeader:
            .failure(TransferFailure(.connectionClosed, "the connection ended within the response's header section"))
        // The rest of an overlong body is of no interest: the status is what counts.
        case (CURLE_OK, _), (CURLE_WRITE_ERROR, .body):
            .success(
                HTTPResponse(
                    status: response.status, retryAfter: response.retryAfter, body: response.body,
                    truncated: response.isCut))
        case (CURLE_WRITE_ERROR, .header):
            .failure(headerTooLarge)
        default:
            .failure(failure(code))
        }
    }

    private func failure(_ code: CURLcode) -> TransferFailure {
        switch code {
        case CURLE_OPERATION_TIMEDOUT:
            return timeout
        case CURLE_COULDNT_RESOLVE_HOST:
            return TransferFailure(.resolveFailed, detail(code))
        case CURLE_COULDNT_CONNECT, CURLE_ABORTED_BY_CALLBACK:
            return connectFailure(code)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT:
            return TransferFailure(.tlsFailed, detail(code))
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            return TransferFailure(.connectionClosed, detail(code))
        case CURLE_URL_MALFORMAT:
            return TransferFailure(.invalidURL, "the URL is malformed")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_BAD_CONTENT_ENCODING:
            return TransferFailure(.protocolError, detail(code))
        case CURLE_OUT_OF_MEMORY where isConnected && !response.hasFinalHeader:
            // How libcurl 7.88 reports a single line of more than 100 KiB.
            return headerTooLarge
        default:
            return TransferFailure(.other, detail(code))
        }
    }

    private var headerTooLarge: TransferFailure {
        TransferFailure(.responseTooLarge, "the response's header section is too large")
    }

    /// The request's own deadline has passed.
    var timeout: TransferFailure {
        TransferFailure(.timedOut, isConnected ? "no complete answer in time" : "no connection in time")
    }

    private func connectFailure(_ code: CURLcode) -> TransferFailure {
        // With several addresses a connection to an allowed one may have failed after another was refused: then that
        // failure is the news. A reused connection is refused without any socket being tried.
        if let refusedAddress, code == CURLE_ABORTED_BY_CALLBACK || !connectionWasTried {
            return TransferFailure(.addressRefused, "connecting to \(refusedAddress) is not allowed")
        }
        if let socketError {
            return TransferFailure(.other, "no socket: \(String(cString: strerror(socketError)))")
        }
        return TransferFailure(.connectFailed, detail(code))
    }

    private func detail(_ code: CURLcode) -> String {
        let detail = errorDetail
        return detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    }
}
