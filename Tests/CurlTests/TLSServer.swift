import Glibc

/// `openssl s_server` with a self-signed certificate for 127.0.0.1. Whoever connects first gets the answer.
final class TLSServer {
    let port: Int
    /// PEM of the certificate, fit as a certificate authority.
    let certificateFile: String
    private let directory: String
    private let server: ChildProcess

    struct Failed: Error { let step: String }

    init(answer: String = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") throws {
        var template = Array("/tmp/martlet-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failed(step: "mkdtemp") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        certificateFile = directory + "/certificate.pem"
        let key = directory + "/key.pem"

        let request = try ChildProcess([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificateFile,
        ])
        guard request.waitForExit() == 0 else { throw Failed(step: "openssl req") }

        server = try ChildProcess([
            "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificateFile, "-key", key,
        ])
        // What it reads there it sends to whoever is connected.
        server.write(answer)
        // Comes once the port is open: `ACCEPT 127.0.0.1:12345`.
        guard let line = server.readLine(startingWith: "ACCEPT "),
            let port = line.split(separator: ":").last.flatMap({ Int($0) })
        else { throw Failed(step: "openssl s_server") }
        self.port = port
    }

    deinit {
        server.stop()
        unlink(certificateFile)
        unlink(directory + "/key.pem")
        rmdir(directory)
    }
}
