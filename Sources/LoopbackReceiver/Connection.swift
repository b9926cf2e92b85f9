import Glibc

/// One accepted connection. Confined to the receiver's thread.
final class Connection {
    /// What is still to be sent after `output`.
    enum Rest {
        /// Nothing: the connection takes the next request.
        case nothing
        case close
        case endless(unit: [UInt8])
        /// Nothing now, and no next request: a reply is due later or never.
        case silence
    }

    let descriptor: CInt
    /// Counted from 1.
    let number: Int
    var parser = RequestParser()
    private var output: [UInt8] = []
    private var sent = 0
    private(set) var rest = Rest.nothing
    private(set) var isOpen = true
    private var isWatchedForWriting = false
    private let poller: Poller

    init(descriptor: CInt, number: Int, poller: Poller) {
        self.descriptor = descriptor
        self.number = number
        self.poller = poller
        poller.watch(descriptor, writing: false, isNew: true)
    }

    deinit { close() }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }

    var isReadyForRequest: Bool {
        if case .nothing = rest { isOpen } else { false }
    }

    /// Sends `bytes` as far as the socket takes them now and the rest when it takes more.
    func send(_ bytes: [UInt8], then rest: Rest) {
        guard isOpen else { return }
        if output.isEmpty { output = bytes } else { output += bytes }
        self.rest = rest
        flush()
    }

    func flush() {
        // An endless reply to a fast reader must not keep the other connections waiting.
        var budget = 262_144
        while isOpen {
            guard budget > 0 else { return watchForWriting(true) }
            if sent == output.count {
                output = []
                sent = 0
                switch rest {
                case .endless(let unit): output = unit
                case .close: return close()
                case .nothing, .silence: return watchForWriting(false)
                }
            }
            let count = output.withUnsafeBytes { bytes in
                Glibc.send(descriptor, bytes.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
                budget -= count
            } else if errno == EAGAIN {
                return watchForWriting(true)
            } else {
                close()
            }
        }
    }

    private func watchForWriting(_ writing: Bool) {
        guard writing != isWatchedForWriting else { return }
        isWatchedForWriting = writing
        poller.watch(descriptor, writing: writing, isNew: false)
    }
}
