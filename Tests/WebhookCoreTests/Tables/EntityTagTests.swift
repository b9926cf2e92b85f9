import Testing
import WebhookCore

struct EntityTagTests {
    private let tag = EntityTag("7-a")

    @Test(arguments: [#""7-a""#, #"W/"7-a""#, #""x", "7-a""#, #" "x" ,W/"7-a","y""#, "*", #", "7-a""#])
    func `a client that has the tag is told so`(field: String) {
        #expect(tag.isAmong(ifNoneMatch: field))
    }

    @Test(arguments: ["", #""7""#, #""7-ab""#, "7-a", #"w/"7-a""#, #""x 7-a"#, #""x"; "7-a""#, #""\"7-a""#])
    func `everything else is another tag`(field: String) {
        #expect(!tag.isAmong(ifNoneMatch: field))
    }

    @Test(arguments: [
        (#""7-a""#, ["7-a"]), (#" "x" ,W/"7-a","y""#, ["x", "y"]), (#"W/"7-a""#, []), ("7-a", []), ("", []),
        (#""x", *"#, ["x"]), (#""x"; "7-a""#, ["x"]),
    ])
    func `whoever changes something names the strong tags of what they know`(field: String, opaque: [String]) {
        #expect(EntityTag.wanted(ifMatch: field) == opaque.map(EntityTag.init))
    }

    @Test(arguments: ["*", " *"])
    func `an asterisk names whatever there is`(field: String) {
        #expect(EntityTag.wanted(ifMatch: field) == nil)
    }
}
