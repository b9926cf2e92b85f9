import Testing

@testable import GatewayRuntime

struct SettingTests {
    @Test func `every setting can be given in the environment`() {
        // A key that the configuration library spelled another way would be read from nowhere.
        for setting in Setting.allCases {
            var settings = SettingsReader(flags: [], environment: [setting.variable: "given"])
            #expect(settings.optional(setting, SettingText.text) == "given", "\(setting.variable)")
        }
    }
}
