internal import CMalloc

/// What the process does with memory that it no longer needs.
enum FreedMemory {
    /// Per arena of the allocator, of which each busy thread has one. More than the events of one claim take: their
    /// memory is freed at once, and the next claim, milliseconds later, needs it again.
    private static let bytesKept: CInt = 16 << 20

    /// Blocks from here on come from the system and go back to it one by one. Above the bodies of batches.
    private static let bytesMapped: CInt = 1 << 20

    /// Keeps what one claim takes for the next. glibc by default returns all but 128 KiB whenever that much is free at
    /// the end of an arena, and the system clears the pages again on their way back: an eighth of what a batched event
    /// costs. Before the first thread starts.
    static func keepForNextClaim() {
        // 0 would mean that glibc refused: then everything is as it was.
        _ = mallopt(M_TRIM_THRESHOLD, bytesKept)
        _ = mallopt(M_MMAP_THRESHOLD, bytesMapped)
    }
}
