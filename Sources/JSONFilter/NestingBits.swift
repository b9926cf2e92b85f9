/// One bit for each level of nesting, without an allocation. Level 0 is outside of all containers.
struct NestingBits {
    /// 576 bits, of which levels 0 to `JSONLimits.depthMax` are used. The type checks each access.
    private var words = [9 of UInt64](repeating: 0)

    subscript(depth: Int) -> Bool {
        @inline(__always)
        get { words[depth >> 6] & (1 &<< UInt64(depth & 63)) != 0 }
        @inline(__always)
        set {
            let bit: UInt64 = 1 &<< UInt64(depth & 63)
            if newValue { words[depth >> 6] |= bit } else { words[depth >> 6] &= ~bit }
        }
    }
}
