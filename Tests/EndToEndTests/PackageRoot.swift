/// Where this package lies, as the compiler saw it.
enum PackageRoot {
    static let path: String = {
        let file = #filePath.split(separator: "/")
        return "/" + file.dropLast(3).joined(separator: "/")
    }()
}
