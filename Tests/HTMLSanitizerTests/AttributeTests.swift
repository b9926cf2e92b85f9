import HTMLSanitizer
import Testing

struct AttributeTests {
    private func kept(_ attribute: String, on element: String = "span") -> String {
        let tag = HTMLSanitizer.sanitize("<\(element) \(attribute)>").split(separator: ">", maxSplits: 1)[0]
        return String(tag.dropFirst(element.count + 2))
    }

    @Test(arguments: [
        "onclick=x", "ONERROR=x", "srcset=x", "sizes=x", "contenteditable", "draggable", "itemprop=x", "slot=x", "is=x",
        "part=x",
        "nonce=x", "xmlns=x", "xlink:href=x", "formaction=x", "action=x", "background=x", "href=x", "\"onclick=x",
        "=onclick=x",
    ])
    func `an attribute that is not allowed on the element goes`(attribute: String) {
        #expect(kept(attribute) == "")
    }

    @Test func `an attribute may be allowed on one element and not on another`() {
        #expect(kept("aria-haspopup=true", on: "button") == #"aria-haspopup="true""#)
        #expect(kept("aria-haspopup=true", on: "a") == "")
    }

    @Test func `data names have letters, digits, hyphens and underscores`() {
        #expect(kept("data-x=1 DATA-Y_1-z=2 data-1=3") == #"data-x="1" data-y_1-z="2" data-1="3""#)
        #expect(kept("data-=1 data=1 data-a.b=1 data-é=1 data-[x]=1 data-a:b=1") == "")
    }

    @Test func `nine aria names are allowed everywhere and no other`() {
        let nine = [
            "controls", "current", "describedby", "details", "expanded", "hidden", "label", "labelledby", "live",
        ]
        for name in nine { #expect(kept("aria-\(name)=x") == #"aria-\#(name)="x""#) }
        #expect(kept("aria-pressed=x aria-checked=x aria-modal=x aria-=x aria-haspopup=x aria-owns=x") == "")
    }

    @Test func `values come out in double quotes with everything escaped that could end them`() {
        #expect(kept("title='a\"b'") == #"title="a&quot;b""#)
        #expect(kept(#"title="a'b<c>d&e&amp;""#) == #"title="a&#039;b&lt;c&gt;d&amp;e&amp;""#)
        #expect(kept("title=a=b") == #"title="a=b""#)
        #expect(kept("title") == "title")
        #expect(kept("title=") == #"title="""#)
    }

    @Test func `of attributes with the same name the first one wins`() {
        #expect(kept("title=a TITLE=b title=c") == #"title="a""#)
        #expect(kept("style=bad:1 style=color:red") == "")
    }

    @Test func `download stays only without a value`() {
        #expect(kept("download", on: "a") == "download")
        #expect(kept("download=x", on: "a") == "")
        #expect(kept("download=''", on: "a") == "")
    }

    @Test func `a tag has so many attributes and no more`() {
        let many = (0..<300).map { "data-\($0)=x" }.joined(separator: " ")
        #expect(kept(many).split(separator: " ").count == 256)
    }
}
