import Glibc
import Synchronization

/// A number that one process writes and others read, in a mapped file.
///
/// `@unchecked Sendable`: the pointer never changes, and what it points to is atomic.
final class SharedCounter: @unchecked Sendable {
    private static let size = MemoryLayout<Atomic<Int>>.stride
    private let value: UnsafeMutablePointer<Atomic<Int>>

    /// Opens the file at `path`, or makes it with 0 in it.
    init(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HelperError.system(path) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, Self.size) == 0,
            let memory = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
        else { throw HelperError.system(path) }
        // All zeros are an atomic 0.
        value = memory.bindMemory(to: Atomic<Int>.self, capacity: 1)
    }

    deinit { munmap(value, Self.size) }

    var count: Int {
        get { value.pointee.load(ordering: .relaxed) }
        set { value.pointee.store(newValue, ordering: .relaxed) }
    }
}
