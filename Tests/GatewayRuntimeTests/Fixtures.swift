import ArgumentParser

@testable import GatewayRuntime

/// The least that both servers need.
let sufficient = [
    "DATABASE_URL": "postgresql://app:hunter2@db/martlet",
    "MARTLET_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
]

/// `sufficient` with these variables too, or instead.
func environment(_ changes: [String: String?]) -> [String: String] {
    sufficient.merging(changes.compactMapValues { $0 }) { $1 }.filter { changes[$0.key] != .some(nil) }
}

/// The problems that a worker's settings have.
func problems(_ environment: [String: String], flags: [any SettingFlags] = []) -> [String] {
    do throws(ConfigurationError) {
        _ = try DeliveryWorkerConfiguration(flags: flags, environment: environment)
        return []
    } catch {
        return error.problems
    }
}
