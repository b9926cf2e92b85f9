/// What libFuzzer calls with every input it thinks of; it is compiled together with the filter, see `scripts/fuzz.sh`.
///
/// A trap is a finding: one of the filter itself, or a promise of it that does not hold.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTMLSanitizer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    let result = HTMLSanitizer.sanitize(input)
    precondition(HTMLSanitizer.sanitize(result) == result, "filtering again changes it")
    let html = String(decoding: input, as: UTF8.self)
    precondition(HTMLSanitizer.sanitize(html).utf8.elementsEqual(result), "bytes and text are filtered alike")
    precondition(String(decoding: result, as: UTF8.self).utf8.elementsEqual(result), "the result is UTF-8")
    precondition(isBalanced(result), "every element that is opened is closed, in its turn")

    let text = HTMLSanitizer.text(html)
    precondition(!text.utf8.contains(UInt8(ascii: "<")), "no markup is left in text")
    precondition(HTMLSanitizer.text(text) == text, "taking the text again changes it")
    return 0
}

/// Every `<` of a result begins a tag or a comment, and inside of tags there is no `>`.
private func isBalanced(_ result: [UInt8]) -> Bool {
    var open: [ArraySlice<UInt8>] = []
    var rest = result[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
        guard let end = rest[start...].firstIndex(of: UInt8(ascii: ">")) else { return false }
        let tag = rest[(start + 1)..<end]
        rest = rest[(end + 1)...]
        if tag.starts(with: "!--".utf8) { continue }
        if tag.first == UInt8(ascii: "/") {
            guard open.popLast() == tag.dropFirst() else { return false }
        } else {
            let name = tag.prefix { $0 != UInt8(ascii: " ") }
            let isVoid = ["area", "br", "col", "hr", "img", "track", "wbr"].contains { name.elementsEqual($0.utf8) }
            if !isVoid { open.append(name) }
        }
    }
    return open.isEmpty
}
