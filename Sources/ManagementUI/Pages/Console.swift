import GatewayCrypto
import HTTPTypes
import Hummingbird
import Logging
import Postgres
import WebhookCore
import WebhookStore

/// The pages to manage with: lets people in and out, checks what their forms carry, and puts a frame around what the
/// sections answer.
struct Console: Sendable {
    let sections: [any Section]
    let templates: Templates
    let seal: SessionSeal
    let logger: Logger
    var now: @Sendable () -> Timestamp = { .now }

    /// Whoever is signed in, as the key says at this moment.
    struct Visitor {
        let session: Session
        let caller: Caller
    }

    func respond(to request: Request, at path: ConsolePath, keys: KeyDirectory) async throws -> Response {
        var visitor: Visitor?
        do {
            guard [.get, .head, .post].contains(request.method) else {
                throw Refusal.methodNotAllowed.leavingBodyUnread()
            }
            if request.method == .post, !RequestOrigin.isOurs(request) { throw Refusal.foreignForm.leavingBodyUnread() }
            if case .root = path { return redirect(to: "/ui") }
            if case .icon = path { return icon }
            visitor = try await self.visitor(of: request, keys)
            switch path {
            case .signIn: return try await signIn(request, visitor, keys)
            case .signOut: return try await signOut(request, visitor)
            default: break
            }
            guard let visitor else {
                return arrival(request) ?? closing(redirect(to: "/ui/login"), of: request)
            }
            guard case .section(let name, let rest) = path else { return redirect(to: "/ui/\(sections[0].path)") }
            guard let section = sections.first(where: { $0.path == name }) else { throw Refusal.notFound }
            return try await respond(to: request, at: rest, of: section, visitor)
        } catch {
            let refusal = refusal(for: error, of: request)
            let response = response(
                Page(status: refusal.status, title: refusal.title, template: .notice, content: Notice(refusal)), visitor
            )
            return refusal.leavesBodyUnread ? closing(response, of: request) : response
        }
    }

    private func respond(
        to request: Request, at path: [Substring], of section: any Section, _ visitor: Visitor
    ) async throws -> Response {
        var wish = Visit.Wish.look
        if request.method == .post {
            guard visitor.caller.role == .admin else { throw Refusal.onlyAdmins.leavingBodyUnread() }
            let form = try await Form.read(from: request)
            guard visitor.session.token.matches(form[FormToken.fieldName]) else { throw Refusal.foreignForm }
            wish = .change(form)
        }
        let parameters = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        let visit = Visit(
            wish: wish, path: path, query: Dictionary(parameters) { first, _ in first },
            origin: RequestOrigin(of: request), caller: visitor.caller, token: visitor.session.token)
        switch try await section.answer(visit) {
        case .page(let page): return response(page, visitor, in: section.path)
        case .seeOther(let path): return redirect(to: path)
        case nil: throw Refusal.notFound
        }
    }

    /// Whoever follows a link from another site comes without the cookie, which is `SameSite=Strict`: they are sent once
    /// more where they wanted to go, from here. `nil`: that is not so.
    private func arrival(_ request: Request) -> Response? {
        guard request.method != .post, RequestOrigin.isFromElsewhere(request),
            Cookie.session.value(in: request) == nil
        else { return nil }
        // A path below /ui: it leads to no other host.
        let target = request.uri.path + (request.uri.query.map { "?\($0)" } ?? "")
        var response = response(
            Page(title: "One moment", template: .notice, content: Notice("One moment", "", continuing: target)), nil)
        response.headers[.refresh] = "0; url=\(target)"
        return response
    }
}

extension Console {
    func response(_ page: Page, _ visitor: Visitor?, in section: String = "") -> Response {
        let main = templates.render(page.template, page.content)
        let style = templates.managementStyle
        let frame =
            if let visitor {
                Frame(
                    title: page.title, style: style.text, main: main, sections: sections, current: section,
                    caller: visitor.caller, token: visitor.session.token)
            } else {
                Frame(title: page.title, style: style.text, main: main)
            }
        return Response(
            status: page.status, headers: PageHeaders.management(styleSource: style.source),
            body: ResponseBody(byteBuffer: ByteBuffer(string: templates.render(.frame, frame))))
    }

    /// To a path of these pages alone: nothing that somebody sends is part of it but the id of a table and the name of a
    /// tenant, which were both understood.
    func redirect(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .cacheControl: "no-store"])
    }

    private var icon: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "image/svg+xml", .cacheControl: "max-age=86400", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: "default-src 'none'",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: templates.icon)))
    }

    /// `response`, behind which the connection is closed where a long body would have to be read to its end.
    func closing(_ response: Response, of request: Request) -> Response {
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard request.headers[.transferEncoding] != nil || length > 65_536 else { return response }
        var response = response
        response.headers[.connection] = "close"
        return response
    }

    /// What only the operator can do something about goes to the log as well.
    private func refusal(for error: any Error, of request: Request) -> Refusal {
        if let refusal = error as? Refusal { return refusal }
        if (error as? PostgresError)?.isTransient == true { return .unavailable }
        let incident = Hex.encode(SecureRandom.bytes(8))
        logger.error(
            "page failed",
            metadata: [
                "incident": "\(incident)", "method": "\(request.method)", "path": "\(request.uri.path)",
                "error": "\(error)",
            ])
        return .unexpected(incident: incident)
    }
}

/// A page with one message, as the template `notice` shows it.
private struct Notice {
    let title: String
    let text: String
    let link: String

    init(_ title: String, _ text: String, continuing link: String = "/ui") {
        (self.title, self.text, self.link) = (title, text, link)
    }

    init(_ refusal: Refusal) { self.init(refusal.title, refusal.text) }
}

extension HTTPField.Name {
    fileprivate static let refresh = HTTPField.Name("Refresh")!
}
