import Glibc

/// The bytes of `POST /v1/events`, made once: an event's own number and name are written into them in place.
///
/// Confined to the thread of its client.
final class EventRequest: LoadRequest {
    let bytes: UnsafeMutableRawBufferPointer
    private let numberOffset: Int
    private let nameOffset: Int
    private let eventNames: Int

    /// - Parameters:
    ///   - eventNames: how many names take turns, 1 to `SampleEvent.eventNamesMax`.
    ///   - bytes: of the event's data.
    init(adminKey: String, eventNames: Int, bytes count: Int) {
        precondition((1...SampleEvent.eventNamesMax).contains(eventNames))
        self.eventNames = eventNames
        let placeholder = String(repeating: "0", count: SampleEvent.numberDigits)
        let beforeName = #"{"event":""#
        let beforeNumber = #"","data":"# + SampleEvent.numberMember
        let body =
            beforeName + SampleEvent.eventName(0) + beforeNumber + placeholder + SampleEvent.rest(bytes: count) + "}"
        let head = [
            "POST /v1/events HTTP/1.1", "Host: 127.0.0.1", "Authorization: Bearer \(adminKey)",
            "Content-Type: application/json", "Content-Length: \(body.utf8.count)", "", "",
        ].joined(separator: "\r\n")
        bytes = .allocate(byteCount: head.utf8.count + body.utf8.count, alignment: 1)
        bytes.copyBytes(from: Array((head + body).utf8))
        let nameEnd = head.utf8.count + beforeName.utf8.count + SampleEvent.eventName(0).utf8.count
        nameOffset = nameEnd - 2
        numberOffset = nameEnd + beforeNumber.utf8.count
    }

    deinit { bytes.deallocate() }

    func set(number: Int64) {
        writeDigits(number, count: SampleEvent.numberDigits, at: numberOffset)
        writeDigits(number % Int64(eventNames), count: 2, at: nameOffset)
    }

    private func writeDigits(_ value: Int64, count: Int, at offset: Int) {
        var rest = value
        for position in (offset..<offset + count).reversed() {
            bytes[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
