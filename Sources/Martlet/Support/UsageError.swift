import WebhookCore

/// A command that cannot be carried out as it was given. The program ends with exit code 64 (`EX_USAGE` of sysexits.h).
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Turns a refused value into a usage error, which says what was given and which rule it breaks.
func usage<Value>(_ body: () throws(ValidationError) -> Value) throws(UsageError) -> Value {
    do throws(ValidationError) {
        return try body()
    } catch {
        throw UsageError("\(error)")
    }
}
