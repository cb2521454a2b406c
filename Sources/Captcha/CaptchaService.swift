package import Crypto
import Inputs
package import Store
import Typesetting

/// Pictures and sounds that a person can make out, for browsers that do no work by themselves.
///
/// A challenge is one sealed token: both answers, form and hour are in it, so that nothing is kept until it is used up.
package final class CaptchaService: Sendable {
    /// A challenge's content.
    private struct Content {
        let minute: Int
        let form: String
        let letters: String
        let digits: String
        let seed: UInt64
    }

    /// Characters of a picture; digits of a sound.
    static let (letterCount, digitCount) = (6, 6)
    /// Seconds for which a challenge can be answered.
    package static let seconds = 1200

    /// What is looked at of an answer: six letters or digits, as somebody may space them.
    private let answered = TextLimit(scalars: 60)

    private let key: Secret
    private let place: [UInt8]
    private let press = PicturePress()
    private let sound: CaptchaSounds
    private let clock: Clock
    private let randomness: Randomness

    /// - Parameters:
    ///   - election: its name, to which challenges are bound.
    ///   - sound: the recorded digits.
    package init(election: String, key: ElectionKey, sound: CaptchaSounds, clock: Clock, randomness: Randomness) {
        self.key = key.subkey(.captcha)
        place = LengthPrefixedFields("captcha", election).bytes
        (self.sound, self.clock, self.randomness) = (sound, clock, randomness)
    }

    /// A new challenge for a form.
    package func challenge(form: String) -> String {
        let alphabet = PicturePress.alphabet
        let letters = String(randomness.numbers(CaptchaService.letterCount, below: alphabet.count).map { alphabet[$0] })
        let digits = randomness.numbers(CaptchaService.digitCount, below: 10).map(String.init).joined()
        var fields = LengthPrefixedFields(form, letters, digits)
        fields.append(clock.now / 60)
        fields.append(randomness.bytes(8).span)
        let sealed = Sealer(key: key, randomness: randomness).seal(fields.bytes, associated: place)
        return hex(sealed)
    }

    /// The picture of a challenge as PNG; nil when there is no such challenge. The same one again gives the same picture.
    package func picture(_ challenge: String) -> [UInt8]? {
        open(challenge).flatMap { press.png($0.letters, seed: $0.seed) }
    }

    /// The sound of a challenge as WAV, in `fr` or `en`.
    package func sound(_ challenge: String, language: String) -> [UInt8]? {
        open(challenge).flatMap { sound.wave($0.digits, language: language, seed: $0.seed) }
    }

    /// Whether an answer is the picture's or the sound's. Whoever asks must also spend the challenge, right or wrong.
    package func isRight(_ challenge: String, answer: String, form: String) -> Bool {
        guard answered.admits(answer), let content = open(challenge), content.form == form else { return false }
        let typed = CaptchaService.folded(answer)
        let asLetters = Secret(typed).matches(Secret(CaptchaService.folded(content.letters)))
        let digits = answer.filter { $0.isASCII && $0.isNumber }
        let asDigits = Secret(digits).matches(Secret(content.digits)) && answer.allSatisfy { !$0.isLetter }
        return asLetters || asDigits
    }

    /// Letters that look alike when they are bent are one.
    static func folded(_ text: String) -> String {
        let alike: [Character: Character] = [
            "I": "L", "1": "L", "|": "L", "G": "6", "U": "V", "O": "D", "0": "D", "Q": "D", "Z": "7", "B": "3",
        ]
        return String(text.uppercased().filter { !$0.isWhitespace && $0 != "-" }.map { alike[$0] ?? $0 })
    }

    /// The content of a challenge of ours that is not over; nil for anything else.
    private func open(_ challenge: String) -> Content? {
        guard challenge.utf8.count < 400, let sealed = bytes(canonicalHex: challenge),
            let plain = Sealer(key: key, randomness: randomness).open(sealed, associated: place),
            let fields = LengthPrefixedFields.split(plain), fields.count == 5
        else { return nil }
        let texts = fields[..<3].map { String(decoding: $0, as: UTF8.self) }
        let minute = fields[3].reduce(0) { $0 << 8 | Int($1) }
        let age = clock.now - minute * 60
        guard age < CaptchaService.seconds, age > -3600 else { return nil }
        return Content(
            minute: minute, form: texts[0], letters: texts[1], digits: texts[2],
            seed: fields[4].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
