import CSodium

/// A keyed hash of a set that does not depend on the order of its members: each member's keyed hash, added up modulo 2^256
/// (Clarke et al. 2003, "MSet-Add-Hash"). Without the key nobody can change a member and mend the sum.
package struct MultisetSeal: Sendable {
    /// Length of a sum in bytes.
    package static let count = 32

    private let key: Secret

    /// - Parameter key: 32 bytes; the sums under it are secrets too.
    package init(_ key: Secret) { self.key = key }

    /// The sum of no members.
    package static var empty: [UInt8] { [UInt8](repeating: 0, count: count) }

    /// The sum with one member more.
    /// - Parameters:
    ///   - member: bytes that no two members share; `LengthPrefixedFields` or fixed lengths make them so.
    ///   - sum: 32 bytes.
    package func adding(_ member: [UInt8], to sum: [UInt8]) -> [UInt8] {
        MultisetSeal.added(sum, term(member))
    }

    /// The sum with one member less.
    /// Whether the member was in the sum cannot be told: taking out what was not there gives a sum that fits no set.
    package func removing(_ member: [UInt8], from sum: [UInt8]) -> [UInt8] {
        let term = term(member)
        var (result, borrow) = (sum, 0)
        for index in result.indices {
            let difference = Int(sum[index]) - Int(term[index]) - borrow
            result[index] = UInt8(difference & 255)
            borrow = difference < 0 ? 1 : 0
        }
        return result
    }

    /// The sum of two sets that have no member in common.
    package func joined(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] { MultisetSeal.added(first, second) }

    /// Little-endian addition modulo 2^256.
    private static func added(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
        var (result, carry) = (first, 0)
        for index in result.indices {
            carry += Int(first[index]) + Int(second[index])
            result[index] = UInt8(carry & 255)
            carry >>= 8
        }
        return result
    }

    /// A member's keyed hash, 32 bytes.
    private func term(_ member: [UInt8]) -> [UInt8] {
        var term = [UInt8](repeating: 0, count: MultisetSeal.count)
        key.reveal { key in
            unsafe key.withUnsafeBufferPointer { key in
                _ = unsafe crypto_generichash(
                    &term, term.count, member, UInt64(member.count), key.baseAddress, key.count)
            }
        }
        return term
    }
}
