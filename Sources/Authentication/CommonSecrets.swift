import Foundation

/// Secrets and words that everybody tries first: `Templates/policy/common-secrets.txt`, one on each line.
package struct CommonSecrets: Sendable {
    /// Whole secrets of more than one word, folded.
    let phrases: [String]
    /// Words, folded.
    let words: Set<String>

    /// - Parameter text: lines; those that begin with `#` are comments.
    package init(_ text: String) {
        var (phrases, words): ([String], Set<String>) = ([], [])
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let folded = CommonSecrets.fold(String(line))
            if folded.count > CommonSecrets.longestWord { phrases.append(folded) } else { words.insert(folded) }
        }
        (self.phrases, self.words) = (phrases, words.filter { $0.count >= CommonSecrets.shortestWord })
    }

    /// Letters of the shortest word that is looked for: shorter ones stand in every secret by chance.
    static let shortestWord = 4
    /// Letters of the longest word; a longer line is a phrase, which is compared as a whole.
    static let longestWord = 15

    /// Letters and digits of any script, lower case, without accents.
    static func fold(_ text: String) -> String {
        let bare = text.decomposedStringWithCanonicalMapping.lowercased()
        return String(
            String.UnicodeScalarView(bare.unicodeScalars.filter { $0.properties.isAlphabetic || isDigit($0) }))
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType == .decimal }

    /// Whether two folded texts differ by a few letters only (Levenshtein): one in six, three at most.
    static func isNear(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left), Array(right))
        let allowed = min(3, max(left.count, right.count) / 6)
        guard abs(left.count - right.count) <= allowed, !right.isEmpty else { return false }
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in 1...right.count {
                let above = row[column]
                row[column] = min(diagonal + (right[column - 1] == letter ? 0 : 1), above + 1, row[column - 1] + 1)
                diagonal = above
            }
        }
        return row[right.count] <= allowed
    }

    /// How many letters of a folded text one would really have to guess: a known word counts two, a run of one letter or
    /// of neighbours two, a repetition as much as what it repeats.
    static func effectiveLength(_ text: String, words: Set<String>) -> Int {
        let letters = Array(text)
        if let period = period(letters), period < letters.count {
            return effectiveLength(String(letters[..<period]), words: words) + 1
        }
        var (at, length) = (0, 0)
        while at < letters.count {
            let word = longest(at, letters, words)
            let run = run(at, letters)
            if max(word, run) >= 3 {
                at += max(word, run)
                length += 2
            } else {
                at += 1
                length += 1
            }
        }
        return length
    }

    /// Letters of the longest known word that begins at `at`, 24 at most; 0 where none does.
    private static func longest(_ at: Int, _ letters: [Character], _ words: Set<String>) -> Int {
        let most = min(24, letters.count - at)
        guard most >= shortestWord else { return 0 }
        for count in stride(from: most, through: shortestWord, by: -1)
        where words.contains(String(letters[at..<at + count])) {
            return count
        }
        return 0
    }

    /// Rows of French and English keyboards, the alphabet, and digits.
    private static let rows = [
        "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz",
        "01234567890",
    ]
    .map(Array.init)

    /// How many letters from `at` on are one letter again and again, or neighbours on a keyboard or in the alphabet.
    private static func run(_ at: Int, _ letters: [Character]) -> Int {
        var same = at + 1
        while same < letters.count, letters[same] == letters[at] { same += 1 }
        var best = same - at
        for row in rows {
            guard let start = row.firstIndex(of: letters[at]) else { continue }
            for step in [1, -1] {
                var (place, end) = (start + step, at + 1)
                while end < letters.count, row.indices.contains(place), row[place] == letters[end] {
                    (place, end) = (place + step, end + 1)
                }
                best = max(best, end - at)
            }
        }
        return best
    }

    /// The length of the piece that a text repeats from beginning to end; nil where none is repeated.
    private static func period(_ letters: [Character]) -> Int? {
        guard letters.count > 1 else { return nil }
        return (1...letters.count / 2).first { period in
            letters.indices.dropFirst(period).allSatisfy { letters[$0] == letters[$0 - period] }
        }
    }
}
