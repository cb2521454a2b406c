import BallotCore
import CGMP

/// Several powers of one base by public exponents. The squarings are shared: base^(2^(chunk * i)) is made once, each with its
/// odd powers, and every exponent then takes one chunk's length of squarings (Straus' method on the pieces of one exponent).
@safe struct SharedPowers {
    private let chunks: Int
    private let window: Int
    private let tables: UnsafeMutablePointer<UInt>
    private var length: Int { 256 / chunks }
    private var odd: Int { 1 << (window - 1) }

    /// base^e for each exponent, least significant byte first.
    static func powers(_ base: Element, _ exponents: [InlineArray<32, UInt8>]) -> [Element] {
        // Measured: one exponent gains nothing from pieces, two and more do.
        let (chunks, window) = exponents.count == 1 ? (1, 5) : (4, 4)
        let words = (chunks << (window - 1)) * Montgomery.count
        return unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: words) { tables -> [Element] in
            guard let tables = tables.baseAddress else { return [] }
            let shared = unsafe SharedPowers(chunks: chunks, window: window, tables: tables)
            shared.prepare(base)
            return exponents.map { shared.power($0) }
        }
    }

    /// Fills the tables of one base.
    private func prepare(_ base: Element) {
        unsafe withScratch { prime, scratch in
            var unit = base
            unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: Montgomery.count) { double in
                guard let double = double.baseAddress else { return }
                for chunk in 0..<chunks {
                    let start = unsafe tables + chunk * odd * Montgomery.count
                    unsafe unit.write { unit in
                        unsafe start.update(from: unit, count: Montgomery.count)
                        unsafe Montgomery.square(double, unit, prime, scratch)
                        for number in 1..<odd {
                            let place = unsafe start + number * Montgomery.count
                            unsafe Montgomery.multiply(place, place - Montgomery.count, double, prime, scratch)
                        }
                        guard chunk + 1 < chunks else { return }
                        unsafe unit.update(from: double, count: Montgomery.count)
                        for _ in 1..<length { unsafe Montgomery.square(unit, unit, prime, scratch) }
                    }
                }
            }
        }
    }

    /// - Parameter exponent: 32 bytes, least significant first; public, since the time depends on it.
    private func power(_ exponent: InlineArray<32, UInt8>) -> Element {
        var result = Montgomery.one
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { digits in
            unsafe digits.initialize(repeating: 0)
            for chunk in 0..<chunks { unsafe recode(exponent, chunk, digits) }
            unsafe withScratch { prime, scratch in
                unsafe result.write { result in
                    var isOne = true
                    for place in stride(from: length - 1, through: 0, by: -1) {
                        if !isOne { unsafe Montgomery.square(result, result, prime, scratch) }
                        for chunk in 0..<chunks {
                            let digit = unsafe Int(digits[chunk * length + place])
                            guard digit != 0 else { continue }
                            let entry = unsafe tables + (chunk * odd + digit >> 1) * Montgomery.count
                            if isOne {
                                unsafe result.update(from: entry, count: Montgomery.count)
                            } else {
                                unsafe Montgomery.multiply(result, result, entry, prime, scratch)
                            }
                            isOne = false
                        }
                    }
                }
            }
        }
        return result
    }

    /// Odd digits below 2^window at the places of a chunk, zeros between them.
    /// - Parameter digits: 256 bytes of zeros; those of the chunk are written.
    private func recode(
        _ exponent: InlineArray<32, UInt8>, _ chunk: Int, _ digits: UnsafeMutableBufferPointer<UInt8>
    ) {
        func bit(_ place: Int) -> Int {
            let at = chunk * length + place
            return Int(exponent[at >> 3] >> UInt8(at & 7)) & 1
        }
        var place = 0
        while place < length {
            guard bit(place) == 1 else {
                place += 1
                continue
            }
            var digit = 0
            for step in 0..<min(window, length - place) { digit |= bit(place + step) << step }
            unsafe digits[chunk * length + place] = UInt8(digit)
            place += window
        }
    }
}
