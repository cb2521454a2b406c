extension [UInt8] {
    /// Appends the UTF-8 bytes of a literal.
    static func += (bytes: inout [UInt8], literal: StaticString) {
        literal.withUTF8Buffer { buffer in unsafe buffer.forEach { bytes.append($0) } }
    }

    /// Appends the bytes of a span.
    mutating func append(_ span: Span<UInt8>) { for index in 0..<span.count { append(span[index]) } }
}

/// Base64 with the standard alphabet and without padding (protocol section 1).
package enum Base64 {
    /// Appends the 43 characters of a digest.
    package static func append(_ digest: SHA256.Digest, to text: inout [UInt8]) {
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for index in 0..<32 {
            bits = bits &<< 8 | UInt32(digest[index])
            count += 8
            while count >= 6 {
                count -= 6
                text.append(character(bits &>> count & 63))
            }
        }
        if count > 0 { text.append(character(bits &<< (6 - count) & 63)) }
    }

    /// The 43 characters of the digest of `bytes`: a fingerprint or a tracker.
    package static func digest(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(43)
        append(SHA256.digest(bytes), to: &text)
        return text
    }

    /// - Parameter value: 6 bits.
    private static func character(_ value: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        return switch value {
        case 0..<26: 65 + value
        case 26..<52: 71 + value
        case 52..<62: value - 4
        case 62: 43
        default: 47
        }
    }
}

/// The hash of the protocol's proofs: SHA-256 of a text, modulo q (section 1).
/// What stands between the parts, commas and bars, is the caller's to add.
struct ChallengeHash {
    private var hash = SHA256()

    /// - Parameter label: the protocol's, with the bar behind it.
    init(_ label: StaticString) { add(label) }

    mutating func add(_ literal: StaticString) {
        var text: [UInt8] = []
        text += literal
        hash.update(text.span)
    }

    mutating func add(_ text: Span<UInt8>) { hash.update(text) }

    /// Elements, separated by commas.
    mutating func add<Group: BallotGroup>(_ elements: [Group.Element], of group: Group) {
        var text: [UInt8] = []
        for index in 0..<elements.count {
            if index > 0 { text.append(44) }
            group.append(elements[index], to: &text)
        }
        hash.update(text.span)
    }

    /// The hash so far, modulo q; more may be added afterwards.
    func scalar() -> Scalar {
        var hash = hash
        let digest = hash.finish()
        return Scalar(reducing: digest.span)
    }
}
