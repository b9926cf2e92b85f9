import JSONFilter
import Testing

/// The error that `body` throws; `nil` when it throws none. Any error but a `JSONError` is an issue of its own.
func failure(_ body: () throws -> Void) -> JSONError? {
    do {
        try body()
        return nil
    } catch let error as JSONError {
        return error
    } catch {
        Issue.record(error)
        return nil
    }
}
