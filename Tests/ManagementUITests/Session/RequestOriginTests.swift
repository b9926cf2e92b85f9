import HTTPTypes
import Hummingbird
import Testing

@testable import ManagementUI

struct RequestOriginTests {
    private func request(_ fields: [String: String], authority: String? = "gateway.example:8080") -> Request {
        var headers = HTTPFields()
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: authority, path: "/ui/tables", headerFields: headers)
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    @Test func `without a proxy it is plain HTTP to the host that was asked for`() {
        #expect(RequestOrigin(of: request([:])).description == "http://gateway.example:8080")
        #expect(!RequestOrigin(of: request([:])).isSecure)
    }

    @Test func `a proxy tells its outside, and of several the one in front`() {
        let origin = RequestOrigin(
            of: request(["X-Forwarded-Proto": "HTTPS, http", "X-Forwarded-Host": " hooks.example , inner"]))
        #expect(origin.description == "https://hooks.example")
        #expect(origin.isSecure)
        #expect(RequestOrigin(of: request(["X-Forwarded-Proto": "javascript"])).scheme == "http")
    }

    @Test(arguments: [
        (["Sec-Fetch-Site": "same-origin"], true), (["Sec-Fetch-Site": "none"], true),
        (["Sec-Fetch-Site": "cross-site"], false), (["Sec-Fetch-Site": "same-site"], false),
        (["Sec-Fetch-Site": "cross-site", "Origin": "http://gateway.example:8080"], false),
        ([:], true), (["Origin": "http://gateway.example:8080"], true),
        (["Origin": "https://gateway.example:8080"], true),
        (["Origin": "http://gateway.example"], false), (["Origin": "null"], false),
        (["Origin": "https://evil.example"], false),
        (["Origin": "https://hooks.example", "X-Forwarded-Host": "hooks.example"], true),
    ])
    func `a form of another site is told by what the browser says`(fields: [String: String], isOurs: Bool) {
        #expect(RequestOrigin.isOurs(request(fields)) == isOurs)
    }

    @Test func `a cookie is read among others, and by its whole name`() {
        #expect(Cookie.session.value(in: request(["Cookie": "a=b; martlet_session=xyz; c=d"])) == "xyz")
        #expect(Cookie.session.value(in: request(["Cookie": "xmartlet_session=xyz; martlet_session2=1"])) == nil)
        #expect(Cookie.session.value(in: request([:])) == nil)
    }

    @Test func `a cookie is kept from scripts and other sites, and from plain HTTP where there is https`() {
        #expect(
            Cookie.session.setting("xyz", for: .seconds(60), isSecure: true)
                == "martlet_session=xyz; Path=/ui; Max-Age=60; HttpOnly; SameSite=Strict; Secure")
        #expect(
            Cookie.session.forgetting(isSecure: false)
                == "martlet_session=; Path=/ui; Max-Age=0; HttpOnly; SameSite=Strict")
    }
}
