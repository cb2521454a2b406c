import Contacts
import Crypto
import Elections
import VoterRoll

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
