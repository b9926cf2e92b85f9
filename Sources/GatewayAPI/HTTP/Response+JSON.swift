import HTTPTypes
import Hummingbird
import JSONFilter

extension Response {
    /// Answers may hold secrets and are never the same twice.
    private static let jsonHeaders: HTTPFields = [
        .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    ]

    init(status: HTTPResponse.Status = .ok, json writer: JSONWriter) {
        self.init(
            status: status, headers: Self.jsonHeaders, body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }

    /// The answer to HEAD: `Content-Length` tells of the body that GET would have brought.
    var withoutBody: Response {
        Response(status: status, headers: headers)
    }
}
