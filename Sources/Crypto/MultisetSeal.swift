import CSodium

/// A keyed hash of a set that does not depend on the order of its members: each member's keyed hash, added up modulo 2^256
/// (Clarke et al. 2003, "MSet-Add-Hash"). Without the key nobody can change a member and mend the sum.
package struct MultisetSeal: Sendable {
    /// Length of a sum in bytes.
    package static let count = 32

    private let key: Secret

    package init(_ key: Secret) { self.key = key }

    /// The sum of no members.
    package static var empty: [UInt8] { [UInt8](repeating: 0, count: count) }

    /// The sum with one member more.
    package func adding(_ member: [UInt8], to sum: [UInt8]) -> [UInt8] {
        var term = [UInt8](repeating: 0, count: MultisetSeal.count)
        key.reveal { key in
            unsafe key.withUnsafeBufferPointer { key in
                _ = unsafe crypto_generichash(
                    &term, term.count, member, UInt64(member.count), key.baseAddress, key.count)
            }
        }
        var (result, carry) = (sum, 0)
        for index in result.indices {
            carry += Int(sum[index]) + Int(term[index])
            result[index] = UInt8(carry & 255)
            carry >>= 8
        }
        return result
    }
}
