public import ArgumentParser

extension ExitCode {
    /// A setting is wrong or missing: `EX_CONFIG` of sysexits.h.
    public static let configuration = ExitCode(78)
}
