import Testing

@testable import HTMLSanitizer

struct AllowlistTests {
    private let facts: Facts

    init() throws {
        facts = try Facts.read()
    }

    @Test func `the elements are those of WordPress less four, and each keeps its attributes`() {
        let expected = facts.elements.filter { !["object", "textarea", "title"].contains($0.key) }
        #expect(Set(Element.allCases.map { "\($0)" }) == Set(expected.keys))
        for element in Element.allCases {
            #expect(
                AttributeAllowlist.own[element, default: []].sorted() == expected["\(element)"]?.sorted(), "\(element)")
        }
        #expect(Set(Element.allCases.filter(\.isVoid).map { "\($0)" }) == Set(facts.voidElementsInList))
    }

    @Test func `the attributes of every element are those of WordPress, and so are those that hold addresses`() {
        #expect(Set(AttributeAllowlist.global) == Set(facts.globalAttributes).subtracting(["data-*"]))
        let all = Set(AttributeAllowlist.own.values.joined()).union(AttributeAllowlist.global)
        #expect(Set(AttributeAllowlist.addresses) == Set(facts.uriAttributes).intersection(all))
    }

    @Test func `the schemes and the names of references are those of WordPress`() {
        #expect(Set(URLSchemes.names) == Set(facts.protocols))
        #expect(Set(ReferenceNames.names) == Set(facts.entities.namedAllowed))
    }

    @Test func `properties and functions are those of WordPress`() {
        let css = facts.css
        #expect(Set(StyleAllowlist.properties) == Set(css.allowedProperties).subtracting(["--*"]))
        #expect(
            Set(StyleAllowlist.addressProperties)
                == Set(css.urlProperties).subtracting(css.urlPropertiesNotThemselvesAllowed))
        #expect(StyleAllowlist.gradientProperties == css.gradientProperties)
        #expect(Set(StyleAllowlist.gradients) == Set(css.gradientFunctions))
        #expect(Set(StyleAllowlist.functions) == Set(css.functionsAllowedAnywhere))
    }

    @Test func `each name is found, in either case where case means nothing`() {
        for element in Element.allCases {
            let name = "\(element)"
            let open = "<\(name)>"
            let html = HTMLSanitizer.sanitize("<table><tr><td>\(open)")
            #expect(element.isTablePart || html.contains(open), "\(name)")
            for attribute in AttributeAllowlist.own[element, default: []] where !element.isTablePart {
                let html = HTMLSanitizer.sanitize("<\(name.uppercased()) \(attribute.uppercased())>")
                #expect(html.hasPrefix("<\(name) \(attribute)>"), "\(name) \(attribute)")
            }
        }
        for name in ReferenceNames.names { #expect(HTMLSanitizer.sanitize("&\(name);") == "&\(name);") }
        for name in StyleAllowlist.properties {
            #expect(HTMLSanitizer.sanitize("<i style='\(name):0'></i>") == "<i style=\"\(name):0\"></i>")
        }
    }
}
