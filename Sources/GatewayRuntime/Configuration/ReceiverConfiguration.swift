public import WebhookCore

/// Which receivers a subscription may name.
public struct ReceiverConfiguration: Sendable, Equatable {
    /// Accept `http://` URLs: for local tests only.
    public let allowHTTP: Bool
    /// Exempt from the address guard.
    public let allowedAddresses: [IPNetwork]

    public init(allowHTTP: Bool = false, allowedAddresses: [IPNetwork] = []) {
        self.allowHTTP = allowHTTP
        self.allowedAddresses = allowedAddresses
    }

    /// Reads `MARTLET_ALLOW_HTTP` and `MARTLET_ALLOW_ADDRESSES`.
    public static func read(from settings: inout SettingsReader) -> ReceiverConfiguration {
        ReceiverConfiguration(
            allowHTTP: settings.value(.allowHTTP, default: false, SettingText.boolean),
            allowedAddresses: settings.value(.allowAddresses, default: [], SettingText.networks))
    }

    public var addressGuard: AddressGuard { AddressGuard(allowing: allowedAddresses) }
}
