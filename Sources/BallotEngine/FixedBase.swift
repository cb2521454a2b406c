import BallotCore
import CGMP

/// The powers of a fixed base, prepared: base^(d * 2^(bits * i)) for each digit d and place i.
@safe final class FixedBase: @unchecked Sendable {
    private let bits: Int
    private let places: Int
    private let row: Int
    /// Written once, by `init`.
    private let entries: UnsafeMutablePointer<UInt>

    /// - Parameter bits: of a digit; 5 serve secrets, whose whole row is read for each digit, 8 public numbers.
    init(_ base: Element, bits: Int) {
        self.bits = bits
        places = (256 + bits - 1) / bits
        row = 1 << bits
        let entries = UnsafeMutablePointer<UInt>.allocate(capacity: places * row * Montgomery.count)
        unsafe self.entries = unsafe entries
        var unit = base
        let (places, row) = (places, row)
        unsafe withScratch { prime, scratch in
            for place in 0..<places {
                let start = unsafe entries + place * row * Montgomery.count
                unsafe Montgomery.one.read { unsafe start.update(from: $0, count: Montgomery.count) }
                for number in 1..<row {
                    unsafe unit.read { unit in
                        unsafe Montgomery.multiply(
                            start + number * Montgomery.count, start + (number - 1) * Montgomery.count, unit, prime,
                            scratch)
                    }
                }
                let last = unsafe start + (row - 1) * Montgomery.count
                var next = Element()
                unsafe next.write { next in
                    unsafe unit.read { unsafe Montgomery.multiply(next, last, $0, prime, scratch) }
                }
                unit = next
            }
        }
    }

    deinit { unsafe entries.deallocate() }

    /// base^exponent, in time and by addresses that do not depend on the exponent.
    func secretPower(_ exponent: Scalar) -> Element {
        let bytes = exponent.littleEndian
        var result = Montgomery.one
        unsafe withScratch { prime, scratch in
            unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: Montgomery.count) { entry in
                guard let entry = entry.baseAddress else { return }
                unsafe result.write { result in
                    for place in 0..<places {
                        unsafe __gmpn_sec_tabselect(
                            entry, entries + place * row * Montgomery.count, Montgomery.size, mp_size_t(row),
                            mp_size_t(digit(bytes, place)))
                        unsafe Montgomery.multiplySecretly(result, result, entry, prime, scratch)
                    }
                }
            }
        }
        return result
    }

    /// base^exponent of a public exponent.
    func power(_ exponent: Scalar) -> Element {
        let bytes = exponent.littleEndian
        var result = Montgomery.one
        unsafe withScratch { prime, scratch in
            unsafe result.write { result in
                for place in 0..<places {
                    let digit = digit(bytes, place)
                    guard digit != 0 else { continue }
                    unsafe Montgomery.multiply(
                        result, result, entries + (place * row + digit) * Montgomery.count, prime, scratch)
                }
            }
        }
        return result
    }

    /// The bits of an exponent at a place, least significant place first.
    private func digit(_ bytes: InlineArray<32, UInt8>, _ place: Int) -> Int {
        let bit = place * bits
        let low = Int(bytes[bit >> 3]) >> (bit & 7)
        let high = bit >> 3 < 31 ? Int(bytes[bit >> 3 + 1]) << (8 - bit & 7) : 0
        return (low | high) & (row - 1)
    }
}

/// Lends the prime and the work space of products.
/// - Parameter body: gets p, and `Montgomery.scratch` words that nobody else uses meanwhile.
func withScratch(_ body: (UnsafePointer<UInt>, UnsafeMutablePointer<UInt>) -> Void) {
    unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: Montgomery.scratch) { scratch in
        guard let scratch = scratch.baseAddress else { return }
        unsafe Montgomery.prime.read { unsafe body($0, scratch) }
    }
}
