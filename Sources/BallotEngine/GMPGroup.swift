package import BallotCore
import CGMP

/// The group at native speed: GMP's arithmetic on prepared tables.
package final class GMPGroup: BallotGroup, Sendable {
    /// Tables of g, made once for the process.
    private static let generator = Element(words: GroupNumbers.g)
    private static let secretGenerator = FixedBase(generator, bits: 5)
    private static let openGenerator = FixedBase(generator, bits: 8)
    private let secretKey: FixedBase
    private let openKey: FixedBase

    /// - Parameter key: the election's public key as decimal digits; nil when it is no member of the group, or 1, with which
    ///   ballots would be sealed in clear.
    package init?(key: [UInt8]) {
        guard let element = GMPGroup.element(key.span), GMPGroup.isMember(element),
            !GMPGroup.isEqual(element, GMPGroup.one)
        else { return nil }
        secretKey = FixedBase(element, bits: 5)
        openKey = FixedBase(element, bits: 8)
    }

    /// By the table for secrets, in time that does not depend on the exponent.
    package func generatorPower(_ exponent: Scalar) -> Element { GMPGroup.generatorPower(exponent) }
    /// By the key's table for secrets, in time that does not depend on the exponent.
    package func keyPower(_ exponent: Scalar) -> Element { secretKey.secretPower(exponent) }
    /// By the larger table, faster and in time that depends on the exponent.
    package func openGeneratorPower(_ exponent: Scalar) -> Element { GMPGroup.openGenerator.power(exponent) }
    /// By the key's larger table, faster and in time that depends on the exponent.
    package func openKeyPower(_ exponent: Scalar) -> Element { openKey.power(exponent) }

    /// - Parameter member: asks a power more, by q, which shares the squarings.
    package func openPowers(_ base: Element, _ exponents: [Scalar], member: Bool) -> [Element]? {
        GMPGroup.openPowers(base, exponents, member: member)
    }

    /// Modulo p, in time that does not depend on the numbers.
    package func product(_ left: Element, _ right: Element) -> Element { GMPGroup.product(left, right) }
    /// - Parameter decimal: 617 digits at most.
    package func element(_ decimal: Span<UInt8>) -> Element? { GMPGroup.element(decimal) }
    /// Appends 617 digits at most, without leading zeros.
    package func append(_ element: Element, to text: inout [UInt8]) { GMPGroup.append(element, to: &text) }

    // MARK: What needs no election's key

    /// 1
    package static var one: Element { Montgomery.one }

    /// g^exponent, in time that does not depend on the exponent.
    package static func generatorPower(_ exponent: Scalar) -> Element { secretGenerator.secretPower(exponent) }

    /// g^exponent of a public exponent.
    package static func openGeneratorPower(_ exponent: Scalar) -> Element { openGenerator.power(exponent) }

    /// base^exponent of a secret exponent and any base (GMP's `mpn_sec_powm`, on which `mpz_powm_sec` stands).
    /// The work space is overwritten with zeros in the end.
    package static func secretPower(_ base: Element, _ exponent: Scalar) -> Element {
        let bytes = exponent.littleEndian
        var result = Element()
        let itch = Int(__gmpn_sec_powm_itch(Montgomery.size, 256, Montgomery.size))
        let plain = plain(base)
        unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: itch + 4) { space in
            guard let space = space.baseAddress else { return }
            for index in 0..<4 {
                var word: UInt = 0
                for byte in 0..<8 { word |= UInt(bytes[8 * index + byte]) << UInt(8 * byte) }
                unsafe space[index] = word
            }
            unsafe result.write { result in
                unsafe plain.read { base in
                    unsafe Montgomery.prime.read { prime in
                        unsafe __gmpn_sec_powm(
                            result, base, Montgomery.size, space, 256, prime, Montgomery.size, space + 4)
                    }
                }
            }
            unsafe space.update(repeating: 0, count: itch + 4)
        }
        return product(result, Montgomery.square)
    }

    /// The number itself, out of Montgomery form.
    private static func plain(_ element: Element) -> Element {
        var plain = Element()
        unsafe withScratch { prime, scratch in
            unsafe scratch.update(repeating: 0, count: 2 * Montgomery.count)
            unsafe element.read { unsafe scratch.update(from: $0, count: Montgomery.count) }
            unsafe plain.write { unsafe Montgomery.reduce($0, scratch, prime) }
        }
        return plain
    }

    /// base^exponent for each public exponent; nil when membership is asked for and the base is not in the group.
    /// - Returns: as many as there are exponents, in their order.
    package static func openPowers(_ base: Element, _ exponents: [Scalar], member: Bool) -> [Element]? {
        var all = exponents.map(\.littleEndian)
        guard member else { return SharedPowers.powers(base, all) }
        all.append(order)
        var powers = SharedPowers.powers(base, all)
        guard let last = powers.popLast(), isEqual(last, one) else { return nil }
        return powers
    }

    /// Whether a number lies in the group: its power by the order is 1 (protocol section 0).
    package static func isMember(_ element: Element) -> Bool { openPowers(element, [], member: true) != nil }

    /// In time that does not depend on the numbers.
    package static func isEqual(_ left: Element, _ right: Element) -> Bool {
        var difference: UInt = 0
        for index in 0..<Montgomery.count { difference |= left.limbs[index] ^ right.limbs[index] }
        return difference == 0
    }

    /// Modulo p, in time that does not depend on the numbers.
    package static func product(_ left: Element, _ right: Element) -> Element {
        var result = Element()
        unsafe withScratch { prime, scratch in
            unsafe result.write { result in
                unsafe left.read { left in
                    unsafe right.read { unsafe Montgomery.multiplySecretly(result, left, $0, prime, scratch) }
                }
            }
        }
        return result
    }

    /// The number of canonical decimal digits, nil when they are none below p. Membership is not checked.
    package static func element(_ decimal: Span<UInt8>) -> Element? {
        // 617 digits is p's length.
        guard !decimal.isEmpty, decimal.count <= 617, decimal.count == 1 || decimal[0] != 48 else { return nil }
        var number = Element()
        var isBelow = false
        let isNumber = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 617) { digits -> Bool in
            for index in 0..<decimal.count {
                guard decimal[index] >= 48, decimal[index] <= 57 else { return false }
                unsafe digits[index] = decimal[index] - 48
            }
            // A number of 617 digits may have one word more than p.
            return unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: Montgomery.count + 2) { limbs in
                unsafe limbs.initialize(repeating: 0)
                guard let start = limbs.baseAddress, let first = digits.baseAddress else { return false }
                let used = unsafe Int(__gmpn_set_str(start, first, decimal.count, 10))
                guard used <= Montgomery.count else { return false }
                isBelow = unsafe Montgomery.prime.read { unsafe __gmpn_cmp(start, $0, Montgomery.size) < 0 }
                unsafe number.write { unsafe $0.update(from: start, count: Montgomery.count) }
                return true
            }
        }
        guard isNumber, isBelow else { return nil }
        return product(number, Montgomery.square)
    }

    /// Appends the decimal digits.
    package static func append(_ element: Element, to text: inout [UInt8]) {
        var plain = plain(element)
        var used = Montgomery.count
        while used > 1, plain.limbs[used - 1] == 0 { used -= 1 }
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 640) { digits in
            guard let first = digits.baseAddress else { return }
            var count = 0
            unsafe plain.write { count = unsafe Int(__gmpn_get_str(first, 10, $0, mp_size_t(used))) }
            var at = 0
            while at + 1 < count, unsafe digits[at] == 0 { at += 1 }
            while at < count {
                unsafe text.append(48 + digits[at])
                at += 1
            }
        }
    }

    private static let order: InlineArray<32, UInt8> = {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<32 {
            bytes[index] = UInt8(truncatingIfNeeded: GroupNumbers.q[index >> 2] >> UInt32((index & 3) * 8))
        }
        return bytes
    }()
}
