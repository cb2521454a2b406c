import Contacts
import Crypto
import Elections
import Store
import VoterRoll

/// An identifier in the form that is hashed, and in the form that is shown.
package struct Identifier: Sendable, Equatable {
    /// What is hashed and compared: of symbols and digits without separators, of names in small letters.
    package let canonical: String
    /// What a voter reads and may type: symbols in groups of four with hyphens.
    package let shown: String

    /// A random identifier with its check symbol.
    init(_ code: SymbolCode) { (canonical, shown) = (code.canonical, code.grouped) }

    /// Ten digits, the last of them a check digit.
    init(_ code: DigitCode) { (canonical, shown) = (code.canonical, code.canonical) }

    /// A name, a mail address, or an identifier that was kept: shown as it is hashed.
    init(name: String) { (canonical, shown) = (name, name) }

    /// Symbols of a random identifier, check symbol included: 55 bits, so that a guess hits one of a million voters
    /// with a probability of 3e-11.
    package static let randomCount = 12
    /// Symbols of a printed connection code, check symbol included.
    package static let printedCodeCount = 8
}

/// Makes identifiers by the election's scheme.
struct IdentifierMaker {
    private let scheme: AccessPolicy.Scheme
    private let randomness: Randomness

    init(_ scheme: AccessPolicy.Scheme, randomness: Randomness) {
        (self.scheme, self.randomness) = (scheme, randomness)
    }

    /// Candidates for a voter, the first that is free is taken; empty when the scheme has none for this voter.
    /// - Parameters:
    ///   - attempt: 0 at first, then 1, 2, ... while candidates are taken.
    ///   - voter: whose names the scheme `name` uses.
    ///   - contacts: whose mail address the scheme `email` uses.
    func candidate(for voter: Voter, contacts: VoterContacts, attempt: Int) -> Identifier? {
        switch scheme {
        case .random: return Identifier(SymbolCode.random(count: Identifier.randomCount, from: randomness))
        case .digits: return Identifier(DigitCode.random(from: randomness))
        case .name:
            // `duponta`, `duponta2`, ...: family name and initial, without accents or spaces.
            let base = Folding.plain(voter.lastName) + Folding.plain(voter.firstName).prefix(1)
            let name = base.isEmpty ? "electeur" : base
            return Identifier(name: attempt == 0 ? name : "\(name)\(attempt + 1)")
        case .email:
            guard attempt == 0, let mail = contacts.mail else { return nil }
            return Identifier(name: mail.text.lowercased())
        }
    }
}
