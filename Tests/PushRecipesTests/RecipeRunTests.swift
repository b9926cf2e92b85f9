import EndToEndSupport
import JSONFilter
import PushRecipes
import TestSupport
import Testing

/// Each recipe, as it is handed out, pushes into a table of a real server.
struct RecipeRunTests {
    private static let marker = "PASTE THE SECRET OF THE TABLE HERE"

    @Test func `the shell recipe pushes what it reads`() async throws {
        try await withRecipe("push.sh") { recipe in
            try await Foreign.run(
                "/bin/sh",
                [
                    "-c", #"printf '%s\n' "$2" | bash -c "$1""#, "sh", recipe.text,
                    #"{"append": [["Zoë", 1], ["b", null]]}"#,
                ],
                environment: ["MARTLET_TABLE_SECRET": recipe.secret])
            try await recipe.expect(rows: #"[["Zoë","1"],["b",""]]"#)
        }
    }

    @Test func `the shell recipe fails when the push is refused`() async throws {
        try await withRecipe("push.sh") { recipe in
            await #expect(throws: ForeignFailure.self) {
                try await Foreign.run(
                    "/bin/sh", ["-c", #"printf '%s' "$2" | bash -c "$1""#, "sh", recipe.text, #"{"append": [["a"]]}"#],
                    environment: ["MARTLET_TABLE_SECRET": "another"])
            }
            try await recipe.expect(rows: "[]")
        }
    }

    @Test func `the Python recipe pushes`() async throws {
        try await withRecipe("push.py") { recipe in
            try await Foreign.run(
                "python3", ["-c", recipe.text], environment: ["MARTLET_TABLE_SECRET": recipe.secret])
            try await recipe.expect(rows: #"[["Zoë","19.9"],["<b>Bob</b>",""]]"#)
        }
    }

    @Test func `the PHP recipe pushes`() async throws {
        try await withRecipe("push.php") { recipe in
            try await Foreign.run(
                "/bin/sh", ["-c", #"printf '%s' "$1" | php"#, "sh", recipe.text],
                environment: ["MARTLET_TABLE_SECRET": recipe.secret])
            try await recipe.expect(rows: #"[["Zoë","19.9"],["<b>Bob</b>",""]]"#)
        }
    }

    @Test func `the Zapier recipe pushes, and a Zap that runs again adds nothing`() async throws {
        try await withRecipe("zapier.js") { recipe in
            // "Code by Zapier" runs the text as the body of an asynchronous function and keeps what it returns.
            let zapier = """
                const [code, input] = process.argv.slice(1);
                const step = new (async () => {}).constructor('inputData', 'require', code);
                step(JSON.parse(input), require).then(
                  (output) => console.log(output.rows, output.duplicate === true),
                  (error) => { console.error(error); process.exit(1); });
                """
            let input = #"{"secret": "\#(recipe.secret)", "name": "Zoë", "amount": "19.90", "id": "zap-1"}"#
            try await expect(["1 false"]) { try await Foreign.node(zapier, [recipe.text, input]) }
            try await expect(["1 true"]) { try await Foreign.node(zapier, [recipe.text, input]) }
            try await recipe.expect(rows: #"[["Zoë","19.90"]]"#)
        }
    }

    @Test func `the n8n workflow describes a push that is accepted`() async throws {
        try await withRecipe("n8n.json") { recipe in
            // What the nodes of the workflow do, in the order in which they are connected.
            let n8n = """
                const { nodes, connections } = JSON.parse(process.argv[1]);
                const fill = (text, json) => text.startsWith('=')
                  ? text.slice(1).replace(/{{ \\$json\\.(\\w+) }}/g, (_, name) => json[name]) : text;
                const does = {
                  'n8n-nodes-base.manualTrigger': () => [
                    { json: { name: 'Zoë', amount: 19.9 } }, { json: { name: 'Bob', amount: null } }],
                  'n8n-nodes-base.code': ({ jsCode }, items) => new Function('$input', jsCode)({ all: () => items }),
                  'n8n-nodes-base.crypto': ({ action, type, value, dataPropertyName, secret, encoding }, [{ json }]) => {
                    if (action !== 'hmac') throw new Error(action);
                    const hmac = require('crypto').createHmac(type.toLowerCase(), secret);
                    return [{ json: { ...json, [dataPropertyName]: hmac.update(fill(value, json)).digest(encoding) } }];
                  },
                  'n8n-nodes-base.httpRequest': async (request, [{ json }]) => {
                    if (!request.sendHeaders || !request.sendBody || request.contentType !== 'raw') throw new Error();
                    const headers = { 'content-type': request.rawContentType };
                    for (const { name, value } of request.headerParameters.parameters) headers[name] = fill(value, json);
                    const body = fill(request.body, json);
                    const answer = await fetch(request.url, { method: request.method, headers, body });
                    console.log(answer.status);
                    return [];
                  },
                };
                (async () => {
                  let items = [];
                  for (let name = 'Start'; name; name = connections[name]?.main[0][0].node) {
                    const node = nodes.find((node) => node.name === name);
                    items = await does[node.type](node.parameters, items);
                  }
                })();
                """
            let workflow = recipe.text.replacing(Self.marker, with: recipe.secret)
            try await expect(["200"]) { try await Foreign.node(n8n, [workflow]) }
            try await recipe.expect(rows: #"[["Zoë","19.9"],["Bob",""]]"#)
        }
    }

    @Test func `the fields for Make describe a push that is accepted`() async throws {
        try await withRecipe("make.md") { recipe in
            // Fills in what Make would: fields of modules, and sha256(text; encoding; key), which is an HMAC.
            let make = """
                import hashlib, hmac, re, sys, urllib.request
                text = sys.argv[1]
                def entered(label): return re.search(label + r".*?`(.*)`", text).group(1)
                known = {"1.name": "Zoë", "1.amount": "19.90"}
                def value(expression):
                    call = re.fullmatch(r'sha256\\((\\S+); "hex"; "(.*)"\\)', expression)
                    if not call: return known[expression]
                    return hmac.new(call[2].encode(), known[call[1]].encode(), hashlib.sha256).hexdigest()
                def fill(template): return re.sub("{{(.*?)}}", lambda found: value(found[1]), template)
                known["2." + entered("Variable name:")] = fill(entered("Variable value:"))
                name, code = re.search("Headers: name `(.*)`, value `(.*)`", text).groups()
                request = urllib.request.Request(
                    entered("URL:"), data=fill(entered("Request content:")).encode(), method=entered("Method:"),
                    headers={name: fill(code), "Content-Type": "application/json"})
                print(urllib.request.urlopen(request).status)
                """
            let fields = recipe.text.replacing(Self.marker, with: recipe.secret)
            try await expect(["200"]) { try await Foreign.python(make, [fields]) }
            try await recipe.expect(rows: #"[["Zoë","19.90"]]"#)
        }
    }

    /// A recipe for a table of a server that runs.
    private struct RunnableRecipe {
        let text: String
        let secret: String
        let table: String
        let client: GatewayClient

        /// - Parameter rows: what must be in the table, as JSON text.
        func expect(rows: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            let data = try await client.call("GET", "/v1/tables/\(table)").member("data")
            var writer = JSONWriter()
            writer.value(data?.member(named: "rows") ?? .null)
            #expect(String(decoding: writer.bytes, as: UTF8.self) == rows, sourceLocation: sourceLocation)
        }
    }

    /// The lines that a program must write.
    private func expect(
        _ lines: [String], sourceLocation: SourceLocation = #_sourceLocation, of program: () async throws -> [String]
    ) async throws {
        let written = try await program()
        #expect(written == lines, sourceLocation: sourceLocation)
    }

    private func withRecipe(_ file: String, _ body: (RunnableRecipe) async throws -> Void) async throws {
        try await withInstallation { _, client in
            let table = try await client.call("POST", "/v1/tables", #"{"title": "T"}"#, expecting: 201).string("id")
            let secret = try await client.call("POST", "/v1/tables/\(table)/secret").string("secret")
            // As a user gets it.
            let output = try await Foreign.run(
                Program.martlet.path,
                ["tables", "recipes", table, "--address", "http://127.0.0.1:\(client.port)", "--only", file])
            let text = output.joined(separator: "\n") + "\n"
            try await body(RunnableRecipe(text: text, secret: secret, table: table, client: client))
        }
    }
}
