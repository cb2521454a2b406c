import CSodium

/// Keyed hashes for exact look-ups: whoever reads the store without the key learns nothing from them (BLAKE2b).
package struct LookupKey: Sendable {
    private let key: Secret

    /// - Parameter key: 32 bytes, a subkey of the election.
    package init(_ key: Secret) { self.key = key }

    /// A 16-byte hash for high-entropy values: identifiers and codes.
    package func hash(_ value: Span<UInt8>) -> [UInt8] {
        var hash: [UInt8] = []
        append(hashOf: value, onto: &hash)
        return hash
    }

    /// The same of a text's UTF-8 bytes.
    package func hash(_ text: String) -> [UInt8] { hash(Array(text.utf8).span) }

    /// Appends the 16-byte hash of `value`.
    package func append(hashOf value: Span<UInt8>, onto bytes: inout [UInt8]) {
        let digest = digest(value)
        for index in digest.indices { bytes.append(digest[index]) }
    }

    /// A 63-bit blind index for values that are not unique (mail, phone): small enough that a million stay in the page
    /// cache. Two values share one with odds of one in ten million at a million voters, so a hit is confirmed by
    /// opening the sealed value.
    package func index(_ value: Span<UInt8>) -> Int {
        let digest = digest(value)
        var index: UInt64 = 0
        for position in 0..<8 { index = index << 8 | UInt64(digest[position]) }
        return Int(index >> 1)
    }

    /// The same of a text's UTF-8 bytes: put it into its one form before.
    package func index(_ text: String) -> Int { index(Array(text.utf8).span) }

    /// BLAKE2b of 16 bytes under the key.
    private func digest(_ value: Span<UInt8>) -> InlineArray<16, UInt8> {
        var digest = InlineArray<16, UInt8>(repeating: 0)
        key.reveal { key in
            unsafe value.withUnsafeBufferPointer { value in
                unsafe key.withUnsafeBufferPointer { key in
                    var output = digest.mutableSpan
                    unsafe output.withUnsafeMutableBufferPointer { output in
                        guard let start = output.baseAddress else { return }
                        _ = unsafe crypto_generichash(
                            start, output.count, value.baseAddress, UInt64(value.count), key.baseAddress,
                            key.count)
                    }
                }
            }
        }
        return digest
    }

    /// Appends a 16-byte fingerprint for finding changes (SipHash-x-2-4): faster than `hash`, for long values that
    /// nobody looks up.
    package func append(fingerprintOf value: Span<UInt8>, onto bytes: inout [UInt8]) {
        var digest = InlineArray<16, UInt8>(repeating: 0)
        key.reveal { key in
            unsafe value.withUnsafeBufferPointer { value in
                unsafe key.withUnsafeBufferPointer { key in
                    var output = digest.mutableSpan
                    unsafe output.withUnsafeMutableBufferPointer { output in
                        guard let start = output.baseAddress, let key = key.baseAddress, let base = value.baseAddress
                        else { return }
                        _ = unsafe crypto_shorthash_siphashx24(start, base, UInt64(value.count), key)
                    }
                }
            }
        }
        for index in digest.indices { bytes.append(digest[index]) }
    }
}
