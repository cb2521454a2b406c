import Typesetting

/// Speaks digits by recorded samples with random gaps, at a speed a little off, in noise.
package struct CaptchaSounds: Sendable {
    /// Why the samples cannot be used.
    package struct Fault: Error, CustomStringConvertible { package let description: String }

    /// Samples per second, 16 bits, one channel.
    private static let rate = 8000
    /// Samples of the digits 0 to 9, by language.
    private let digits: [String: [[Int16]]]

    /// Reads ten samples of each language: 16-bit WAV of one channel at 8,000 Hz.
    /// - Parameter file: the content of `fr/0.wav` and so on; nil where there is no such file.
    /// - Throws: `Fault` with the name of the first file that is missing or in another format.
    package init(languages: [String], file: (String) -> [UInt8]?) throws(Fault) {
        var digits: [String: [[Int16]]] = [:]
        for language in languages {
            for digit in 0...9 {
                let name = "\(language)/\(digit).wav"
                guard let bytes = file(name), let samples = CaptchaSounds.samples(bytes) else {
                    throw Fault(
                        description: "The sound sample \(name) is missing or is not 16-bit mono WAV at 8000 Hz: "
                            + "run Templates/assets/audio/make-samples.")
                }
                digits[language, default: []].append(samples)
            }
        }
        self.digits = digits
    }

    /// The sound of a few digits as WAV; nil in a language that was not loaded.
    func wave(_ text: String, language: String, seed: UInt64) -> [UInt8]? {
        guard let spoken = digits[language] else { return nil }
        var dice = Dice(state: seed ^ 0x5AFE)
        var samples = silence(0.4, &dice)
        for character in text {
            guard let digit = character.wholeNumberValue else { continue }
            samples += stretched(spoken[digit], by: dice.between(0.88, 1.14))
            samples += silence(dice.between(0.25, 0.75), &dice)
        }
        let noise = dice.between(500, 900)
        for index in samples.indices {
            let value = Double(samples[index]) * 0.8 + dice.between(-noise, noise)
            samples[index] = Int16(max(-32_000, min(32_000, value)))
        }
        return CaptchaSounds.file(samples)
    }

    /// So many seconds of nothing; noise comes over all of it later.
    private func silence(_ seconds: Double, _ dice: inout Dice) -> [Int16] {
        [Int16](repeating: 0, count: Int(seconds * Double(CaptchaSounds.rate)))
    }

    /// Slower above 1, faster below, and lower or higher with it; between two samples in a straight line.
    private func stretched(_ samples: [Int16], by factor: Double) -> [Int16] {
        let count = Int(Double(samples.count) * factor)
        return (0..<count).map { index in
            let place = Double(index) / factor
            let left = min(samples.count - 1, Int(place))
            let right = min(samples.count - 1, left + 1)
            let part = place - Double(left)
            return Int16(Double(samples[left]) * (1 - part) + Double(samples[right]) * part)
        }
    }

    /// The samples of a WAV file with a header of 44 bytes; nil for another format.
    private static func samples(_ wave: [UInt8]) -> [Int16]? {
        func number(_ at: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(wave[at + $1]) << (8 * $1) }
        }
        guard wave.count > 44, wave.starts(with: Array("RIFF".utf8)), number(22, 2) == 1, number(24, 4) == rate,
            number(34, 2) == 16
        else { return nil }
        return stride(from: 44, to: wave.count - 1, by: 2).map { Int16(truncatingIfNeeded: number($0, 2)) }
    }

    /// A WAV file: RIFF header of 44 bytes, then the samples, lowest byte first.
    private static func file(_ samples: [Int16]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44 + samples.count * 2)
        func add(_ number: Int, _ count: Int) {
            for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
        }
        bytes += Array("RIFF".utf8)
        add(36 + samples.count * 2, 4)
        bytes += Array("WAVEfmt ".utf8)
        add(16, 4)
        add(1, 2)
        add(1, 2)
        add(rate, 4)
        add(rate * 2, 4)
        add(2, 2)
        add(16, 2)
        bytes += Array("data".utf8)
        add(samples.count * 2, 4)
        for sample in samples { add(Int(sample), 2) }
        return bytes
    }
}
