/// The event that all measurements use: an order as a shop would send it, its first member a number of its own.
enum SampleEvent {
    /// Of the data, as JSON.
    static let bytesDefault = 1_024
    /// The first number of all: the numbers have 13 digits, so that every event has the same length.
    static let firstNumber: Int64 = 1_000_000_000_000
    static let numberDigits = 13

    /// What comes after the number, up to the end of the object.
    ///
    /// - Parameter bytes: of the whole object.
    static func rest(bytes: Int) -> String {
        let head =
            #","order":"ORD-2024-000417","placed_at":"2024-05-11T09:26:53Z","currency":"EUR","total":119.60,"#
            + #""paid":true,"customer":{"name":"Zoë Example","city":"Málaga","newsletter":false,"discount":null},"lines":["#
        let line = #"{"sku":"TEA-0815","title":"Green tea, 250 g","quantity":2,"price":14.95},"#
        let tail = #"{"sku":"SHIP","title":"Shipping","quantity":1,"price":4.90}],"note":""#
        let end = #""}"#
        let numberBytes = numberMember.utf8.count + numberDigits
        var rest = head
        while numberBytes + rest.utf8.count + line.utf8.count + tail.utf8.count + end.utf8.count <= bytes {
            rest += line
        }
        rest += tail
        let missing = bytes - numberBytes - rest.utf8.count - end.utf8.count
        return rest + String(repeating: ".", count: max(0, missing)) + end
    }

    /// What comes before the number.
    static let numberMember = #"{"n":"#

    /// The event names that a subscription each can match: `bench.s00`, `bench.s01`, …
    static func eventName(_ index: Int) -> String { "bench.s\(index < 10 ? "0" : "")\(index)" }

    /// The most different event names.
    static let eventNamesMax = 100
}
