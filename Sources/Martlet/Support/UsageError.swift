import ArgumentParser
import WebhookCore

/// Turns a refused value into a usage error: the program says which rule is broken and ends with exit code 64.
func usage<Value>(_ body: () throws(WebhookCore.ValidationError) -> Value) throws -> Value {
    do throws(WebhookCore.ValidationError) {
        return try body()
    } catch {
        throw ArgumentParser.ValidationError("\(error)")
    }
}
