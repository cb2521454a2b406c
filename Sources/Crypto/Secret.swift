import CSodium

/// Overwrites bytes that were a secret's on their way.
package func wipe(_ bytes: inout [UInt8]) {
    Sodium.require()
    unsafe bytes.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        unsafe sodium_memzero(base, buffer.count)
    }
}

/// Bytes that must not be seen: no description, compared in constant time, overwritten when released.
package final class Secret: Sendable, CustomReflectable {
    private let bytes: [UInt8]

    /// Takes the bytes over: an array that nobody else holds is wiped with this object, a shared one is copied.
    package init(_ bytes: consuming [UInt8]) {
        Sodium.require()
        var own = bytes
        // Asking to change an array makes it this one's alone; without that, wiping would reach its other holders.
        unsafe own.withUnsafeMutableBytes { _ in }
        self.bytes = own
    }

    /// The UTF-8 bytes of `text`.
    package convenience init(_ text: String) { self.init(Array(text.utf8)) }

    deinit {
        // The array is this object's alone: `reveal` hands out borrowed access and `text` copies.
        unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe sodium_memzero(UnsafeMutableRawPointer(mutating: base), buffer.count)
        }
    }

    /// Nothing to see for `dump` and debuggers' printers.
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Length in bytes.
    package var count: Int { bytes.count }

    /// Lends the bytes to `body`.
    /// `body` must not keep a copy: nobody wipes it.
    /// - Throws: what `body` throws, and nothing else.
    package func reveal<Value, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Value) throws(Failure) -> Value
    {
        let bytes = bytes
        return try body(bytes.span)
    }

    /// The secret as text, for the moment in which it is rendered into the one message that carries it.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether both hold the same bytes, in time that depends on their lengths alone.
    package func matches(_ other: Secret) -> Bool {
        guard count == other.count else { return false }
        return unsafe bytes.withUnsafeBytes { mine in
            unsafe other.bytes.withUnsafeBytes { theirs in
                guard let left = mine.baseAddress, let right = theirs.baseAddress else { return true }
                return unsafe sodium_memcmp(left, right, mine.count) == 0
            }
        }
    }
}
