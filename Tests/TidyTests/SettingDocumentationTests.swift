import GatewayRuntime
import Testing

struct SettingDocumentationTests {
    @Test(arguments: ["deploy/martlet.env.example", "README.md"])
    func `every setting is documented`(file: String) throws {
        let text = try SourceTree.text(of: file)
        for setting in Setting.allCases {
            #expect(text.contains(setting.variable), "\(file) does not name \(setting.variable)")
        }
    }

    @Test func `the example file holds every setting once as an assignment, explained, and no other`() throws {
        let lines = try SourceTree.lines(of: "deploy/martlet.env.example")
        var assigned: Set<String> = []
        var explained = false
        for line in lines {
            if let assignment = line.text.firstMatch(of: /^#?([A-Z_]+)=/) {
                assigned.insert(String(assignment.1))
                #expect(explained, "line \(line.number) has no explanation above it")
            } else {
                explained = line.text.hasPrefix("# ")
            }
        }
        #expect(assigned == Set(Setting.allCases.map(\.variable)))
    }

    @Test func `no variable is read past the settings`() throws {
        for file in try SourceTree.files(below: "Sources", endings: [".swift"]) {
            let named = try SourceTree.matches(of: #""((?:MARTLET|DATABASE)_[A-Z_]+)""#, in: file, inCode: true)
            for name in named where Setting(rawValue: name.text) == nil {
                // What only `martlet dev` does, for scripts, is no setting of an installation.
                #expect(name.text == "MARTLET_DEV_EXIT_AFTER_DEMO", "\(name.place)")
            }
        }
    }
}
