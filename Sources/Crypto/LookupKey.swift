import CSodium

/// Keyed hashes for exact look-ups: whoever reads the store without the key learns nothing from them (BLAKE2b).
package struct LookupKey: Sendable {
    private let key: Secret

    package init(_ key: Secret) { self.key = key }

    /// A 16-byte hash for high-entropy values: identifiers and codes.
    package func hash(_ value: Span<UInt8>) -> [UInt8] { digest(value, count: 16) }

    package func hash(_ text: String) -> [UInt8] { hash(Array(text.utf8).span) }

    /// A 63-bit blind index for values that are not unique (mail, phone): small enough that a million stay in the page
    /// cache. Two values share one with odds of one in ten million at a million voters, so a hit is confirmed by
    /// opening the sealed value.
    package func index(_ value: Span<UInt8>) -> Int {
        Int(digest(value, count: 16).prefix(8).reduce(0) { $0 << 8 | UInt64($1) } >> 1)
    }

    package func index(_ text: String) -> Int { index(Array(text.utf8).span) }

    private func digest(_ value: Span<UInt8>, count: Int) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: count)
        key.reveal { key in
            unsafe value.withUnsafeBufferPointer { value in
                unsafe key.withUnsafeBufferPointer { key in
                    _ = unsafe crypto_generichash(
                        &digest, count, value.baseAddress, UInt64(value.count), key.baseAddress, key.count)
                }
            }
        }
        return digest
    }
}
