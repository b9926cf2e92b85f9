public import GatewayCrypto

extension SecretBox {
    /// Reads `MARTLET_MASTER_KEY`. The keys themselves are not kept beside the box.
    public static func read(from settings: inout SettingsReader) -> SecretBox? {
        settings.required(
            .masterKey, hint: "base64 of 32 bytes; make one with `openssl rand -base64 32`"
        ) { text throws(SettingError) in
            do throws(SecretBoxError) {
                return try SecretBox(masterKeys: SecretBox.masterKeys(parsing: text))
            } catch {
                throw SettingError("is wrong: \(error)")
            }
        }
    }
}
