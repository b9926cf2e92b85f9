/// What is at `/` and below `/ui`.
enum ConsolePath: Equatable {
    /// `/`, which leads to `/ui`.
    case root
    /// `/ui`, which leads to where the visitor begins.
    case entrance
    case signIn
    case signOut
    case icon
    /// `/ui/{section}` and what is below it.
    case section(Substring, rest: [Substring])

    /// `nil`: another path.
    init?(_ path: String) {
        guard path.hasPrefix("/") else { return nil }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch Array(segments) {
        case [""]: self = .root
        case ["ui"], ["ui", ""]: self = .entrance
        case ["ui", "login"]: self = .signIn
        case ["ui", "logout"]: self = .signOut
        case ["ui", "icon.svg"]: self = .icon
        case let parts where parts.count > 1 && parts[0] == "ui":
            self = .section(parts[1], rest: Array(parts.dropFirst(2)))
        default: return nil
        }
    }
}
