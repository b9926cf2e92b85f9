import PrivatePostgres

/// A TCP port of 127.0.0.1 that was free a moment ago.
///
/// Better where possible: let the program choose (port 0) and read its line "listening on …".
public func freePort() throws -> Int {
    Int(try FreePort.find())
}
