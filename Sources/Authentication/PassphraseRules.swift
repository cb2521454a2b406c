package import Elections
import Inputs

/// What a chosen secret must be, by the election's policy.
package struct PassphraseRules: Sendable {
    /// Why a secret is refused.
    package enum Fault: String, Sendable, CaseIterable {
        case empty, tooShort, tooLong, noLower, noUpper, noDigit, noSpecial
        /// One of those that everybody tries first, or too simple.
        case common
        /// Made of the voter's name, identifier or the election's title.
        case personal
        /// The two fields differ.
        case different
        /// The second field is empty.
        case againEmpty
    }

    /// How hard a secret is to guess, as advice.
    package enum Strength: String, Sendable { case fair, good, veryGood }

    /// Whether one of the four kinds of characters each is asked for.
    package let wantsClasses: Bool
    /// Unicode scalars of the secret in its one form, as browsers count them too.
    package let minimum: Int
    /// Most characters: 64 of a password, else the longest that is taken at all.
    package let maximum: Int
    private let common: CommonSecrets
    /// The context folded, whole: a secret near to one of them is refused.
    private let personal: [String]
    /// The words of the context, folded.
    private let pieces: [String]
    /// Every word that counts as two letters.
    private let words: Set<String>

    /// Letters that must really be guessed.
    private static let leastEffective = 8
    private static let (goodEffective, veryGoodEffective) = (14, 20)
    /// Least and most characters of a password of four kinds.
    private static let (shortestPassword, longestPassword) = (12, 64)

    /// Characters of the shortest secret that a voter may choose; a sent one may be shorter.
    package static func minimum(_ policy: AccessPolicy) -> Int {
        policy.secretKind == .generated ? shortestPassword : policy.secretMinimum
    }

    /// - Parameter context: the voter's names and identifier, the election's titles, the organiser.
    package init(_ policy: AccessPolicy, common: CommonSecrets, context: [String]) {
        wantsClasses = policy.secretKind != .passphrase
        minimum = PassphraseRules.minimum(policy)
        maximum = wantsClasses ? PassphraseRules.longestPassword : SecretText.longest
        self.common = common
        personal = context.map(CommonSecrets.fold).filter { $0.count >= CommonSecrets.shortestWord }
        pieces = context.flatMap { $0.split { !$0.isLetter && !$0.isNumber } }.map { CommonSecrets.fold(String($0)) }
            .filter { $0.count >= CommonSecrets.shortestWord }
        words = common.words.union(pieces + personal)
    }

    /// The four kinds of characters. The page's ticks tell them in the same way, by what every browser knows: a letter is what has
    /// a capital and a small form, a digit is one of ten, and all the rest is special.
    private enum Kind {
        case lower, upper, digit, special

        init(_ sign: Unicode.Scalar) {
            let (lower, upper) = (sign.properties.lowercaseMapping, sign.properties.uppercaseMapping)
            if "0"..."9" ~= sign {
                self = .digit
            } else if lower == upper {
                self = .special
            } else {
                self = String(sign) == lower ? .lower : String(sign) == upper ? .upper : .special
            }
        }
    }

    /// Everything that is wrong with a secret, in the order in which a person would mend it.
    package func faults(_ typed: String, again: String) -> [Fault] {
        guard SecretText.limit.admits(typed), SecretText.limit.admits(again) else { return [.tooLong] }
        let text = SecretText.normalised(typed)
        if text.isEmpty { return [.empty] }
        var faults: [Fault] = []
        let signs = text.unicodeScalars
        if signs.count < minimum { faults.append(.tooShort) }
        if signs.count > maximum { faults.append(.tooLong) }
        if wantsClasses {
            let kinds = Set(signs.map(Kind.init))
            if !kinds.contains(.lower) { faults.append(.noLower) }
            if !kinds.contains(.upper) { faults.append(.noUpper) }
            if !kinds.contains(.digit) { faults.append(.noDigit) }
            if !kinds.contains(.special) { faults.append(.noSpecial) }
        }
        // A secret far too long is not looked at further.
        if signs.count <= maximum, signs.count >= minimum { faults += guessable(CommonSecrets.fold(text)) }
        let second = SecretText.normalised(again)
        if text != second { faults.append(second.isEmpty ? .againEmpty : .different) }
        return faults
    }

    /// Words told at most of those that do not count.
    private static let mostUncounted = 5

    /// The words of a secret that hardly count, as they were typed: those of the voter's names, of the vote's title, and those
    /// that everybody takes. Each once, the first few.
    package func uncounted(_ typed: String) -> [String] {
        guard SecretText.limit.admits(typed) else { return [] }
        var found: [String] = []
        for word in SecretText.normalised(typed).split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            guard words.contains(CommonSecrets.fold(String(word))), !found.contains(String(word)) else { continue }
            found.append(String(word))
        }
        return Array(found.prefix(PassphraseRules.mostUncounted))
    }

    /// Why a folded secret is too easy to guess, one reason at most; empty when it is not.
    private func guessable(_ folded: String) -> [Fault] {
        if personal.contains(where: { CommonSecrets.isNear(folded, $0) }) { return [.personal] }
        if common.phrases.contains(where: { CommonSecrets.isNear(folded, $0) }) { return [.common] }
        guard CommonSecrets.effectiveLength(folded, words: words) < PassphraseRules.leastEffective else { return [] }
        return [pieces.contains(where: folded.contains) ? .personal : .common]
    }

    /// How hard an accepted secret is to guess.
    package func strength(_ typed: String) -> Strength {
        guard SecretText.limit.admits(typed) else { return .fair }
        return switch CommonSecrets.effectiveLength(CommonSecrets.fold(typed), words: words) {
        case PassphraseRules.veryGoodEffective...: .veryGood
        case PassphraseRules.goodEffective...: .good
        default: .fair
        }
    }
}
