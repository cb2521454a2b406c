/// A secret credential: 15 base-58 characters in five groups of three, the last a check character (protocol section 3).
/// Whoever has it votes in the voter's name: it is sealed in the store, and stands in no message and no log.
package struct VotingCredential: Sendable {
    /// The text with its dashes: 19 characters.
    package let text: [UInt8]

    /// Base 58, without 0, O, I and l.
    /// - Parameter value: below 58.
    package static func digit(_ value: Int) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        return switch value {
        case 0..<9: 49 + value
        case 9..<17: 56 + value
        case 17..<22: 57 + value
        case 22..<33: 58 + value
        case 33..<44: 64 + value
        default: 65 + value
        }
    }

    /// - Parameter digit: ASCII.
    /// - Returns: below 58; nil for 0, O, I, l and whatever is no letter or digit.
    package static func value(_ digit: UInt8) -> Int? {
        for value in 0..<58 where VotingCredential.digit(value) == digit { return value }
        return nil
    }

    /// Random characters, and the prime by whose remainder the check character is found.
    private static let (symbols, checkModulus) = (14, 53)

    /// A credential of 14 values below 58; its check character is added.
    /// - Parameter values: from a random source that makes each of the 58 as likely.
    package init?(values: Span<UInt8>) {
        guard values.count == VotingCredential.symbols else { return nil }
        var (text, rest): ([UInt8], Int) = ([], 0)
        for index in 0..<VotingCredential.symbols {
            guard values[index] < 58 else { return nil }
            if index > 0, index % 3 == 0 { text.append(45) }
            text.append(VotingCredential.digit(Int(values[index])))
            rest = (rest * 58 + Int(values[index])) % VotingCredential.checkModulus
        }
        text.append(VotingCredential.digit(VotingCredential.checkModulus - rest))
        self.text = text
    }

    /// A credential as it is written, dashes and surrounding spaces left out or not; nil when its check character is wrong.
    /// - Parameter typed: ASCII; dashes and spaces are passed over wherever they stand.
    package init?(_ typed: Span<UInt8>) {
        var (values, check): ([UInt8], Int?) = ([], nil)
        for index in 0..<typed.count where typed[index] != 45 && typed[index] != 32 {
            guard let value = VotingCredential.value(typed[index]), check == nil else { return nil }
            if values.count < VotingCredential.symbols { values.append(UInt8(value)) } else { check = value }
        }
        guard let made = VotingCredential(values: values.span), let check,
            made.text[made.text.count - 1] == VotingCredential.digit(check)
        else { return nil }
        text = made.text
    }

    /// Of PBKDF2, as the protocol has it.
    private static let rounds = 1000

    /// The secret exponent: PBKDF2 of the text with its dashes, salted with the election's uuid, modulo q.
    /// A thousand rounds: the caller does not do it while others wait.
    package func exponent(uuid: Span<UInt8>) -> Scalar {
        let stretched = Stretching.stretched(text.span, salt: uuid, rounds: VotingCredential.rounds)
        return Scalar(reducing: stretched.span)
    }
}
