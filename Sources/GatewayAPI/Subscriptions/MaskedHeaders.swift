import WebhookCore
import WebhookStore

/// Values of headers that look like credentials are shown as `SealedHeaders.mask`. Sent back, the mask keeps the value
/// there is; where there is none, it is a mistake that would be sent to the receiver.
enum MaskedHeaders {
    /// - Parameter current: the headers as they are now.
    static func check(_ headers: CustomHeaders, keeping current: CustomHeaders) throws(ValidationError) {
        let names = Set(current.fields.map { $0.name.lowercased() })
        for field in headers.fields
        where field.value == SealedHeaders.mask && SealedHeaders.isSensitive(field.name)
            && !names.contains(field.name.lowercased())
        {
            throw .outOfRange(
                "custom_headers",
                "the value of \(field.name.quoted) is `\(SealedHeaders.mask)`, which only stands for a value that is "
                    + "stored already; send the value itself")
        }
    }
}
