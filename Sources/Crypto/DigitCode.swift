package import Inputs

/// Codes of ten digits whose last is a check digit by H. M. Damm's quasigroup of order 10 (2004): it finds every single
/// wrong digit and every swap of neighbours.
package struct DigitCode: Sendable, Hashable {
    /// Digits in all, the check digit included.
    package static let count = 10

    /// The ten digits.
    package let canonical: String

    /// A new random code. The first digit is never 0, since spreadsheets drop it.
    package static func random(from randomness: Randomness) -> DigitCode {
        let data = [randomness.numbers(1, below: 9)[0] + 1] + randomness.numbers(count - 2, below: 10)
        return DigitCode(data + [check(data)])
    }

    private init(_ digits: [Int]) { canonical = digits.map(String.init).joined() }

    /// What came of reading a typed code.
    package enum Reading: Sendable, Equatable { case code(DigitCode), malformed, mistyped }

    /// Reads what somebody typed: everything but letters and digits is passed over; O is 0, I and L are 1, and digits of
    /// any script count.
    package static func read(_ text: String) -> Reading {
        guard OneTimeCode.pasted.admits(text) else { return .malformed }
        var digits: [Int] = []
        for scalar in PlainForm.of(text).unicodeScalars {
            switch scalar {
            case "0"..."9": digits.append(Int(scalar.value) - 48)
            case "O", "o": digits.append(0)
            case "I", "i", "L", "l": digits.append(1)
            case "a"..."z", "A"..."Z": return .malformed
            default: continue
            }
        }
        guard digits.count == count else { return .malformed }
        return check(digits.dropLast()) == digits[count - 1] ? .code(DigitCode(digits)) : .mistyped
    }

    /// Damm's digit of the digits before it; 0 over a whole code that is right.
    private static func check(_ digits: some Sequence<Int>) -> Int { digits.reduce(0) { table[$0][$1] } }

    private static let table = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2], [7, 0, 9, 2, 1, 5, 4, 8, 6, 3], [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6], [6, 1, 2, 3, 0, 4, 5, 9, 7, 8], [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4], [8, 9, 4, 5, 3, 6, 2, 0, 1, 7], [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ]
}

/// One-time codes: a few digits.
package enum OneTimeCode {
    /// What is looked through for a code: a message with it, pasted whole.
    package static let pasted = TextLimit(scalars: 500)

    /// A new random code.
    /// - Parameter digits: how many; each is any of the ten, the first one too.
    package static func random(digits: Int, from randomness: Randomness) -> String {
        randomness.numbers(digits, below: 10).map(String.init).joined()
    }

    /// The code of one of these lengths in what somebody typed or pasted: spaces and dashes between its digits and words
    /// around it do not matter, O is 0, I and L are 1 where nothing but them and digits stands.
    /// - Returns: digits 0 to 9 alone; nil where no run has such a length.
    package static func find(in text: String, digits lengths: ClosedRange<Int>) -> String? {
        guard pasted.admits(text) else { return nil }
        let text = PlainForm.of(text)
        let bare = text.filter { !$0.isWhitespace && !"-.\u{2013}\u{2011}".contains($0) }
        let folded = bare.map { "Oo".contains($0) ? "0" : "IiLl".contains($0) ? "1" : $0 }
        if lengths.contains(folded.count), folded.allSatisfy({ $0.isASCII && $0.isNumber }) { return String(folded) }
        let whole = runs(of: text, joining: "")
        return (whole + runs(of: text, joining: " -\u{A0}\u{202F}")).first { lengths.contains($0.count) }
    }

    /// The runs of digits in a text, those with only characters of `fillers` between them taken as one.
    private static func runs(of text: String, joining fillers: String) -> [String] {
        var (runs, run): ([String], String) = ([], "")
        for character in text + "x" {
            if character.isASCII, character.isNumber {
                run.append(character)
            } else if !fillers.contains(character) {
                if !run.isEmpty { runs.append(run) }
                run = ""
            }
        }
        return runs
    }
}
