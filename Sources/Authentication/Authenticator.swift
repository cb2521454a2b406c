package import Crypto
package import Delivery
package import Elections
import Issuance
import Journal
package import Store

/// Lets principals in: identifier, connection code, secret, session.
///
///     browser          Authenticator                    worker            outbox
///       | identifier --> | one row, for everybody          |                |
///       | <-- cookie --- |                                 |                |
///       |                |            (a moment later) --> | who is it?     |
///       |                |                                 | code --------->| mail, SMS
///       | code --------> | count, compare, consume         |                |
///       | <-- cookie --- | (a new one)                     |                |
///       | secret ------> | count, Argon2id, session        |                |
///       | <-- session -- |                                 |                |
package final class Authenticator: Sendable {
    /// Whom it lets in: what is asked for in one realm opens nothing in the other.
    package enum Realm: String, Sendable { case voters, staff }

    /// Voters or staff.
    package let realm: Realm
    /// What it asks of whoever comes.
    package let policy: AccessPolicy
    /// The election whose identifiers it takes.
    package let election: StoredElection
    /// Whom it may let in.
    package let directory: any AccountDirectory
    /// Their secrets and the attempts at them.
    package let passphrases: PassphraseService
    /// How many messages and guesses one identifier has.
    package let limits: CodeLimits
    /// Who is signed in.
    package let sessions: SessionRegister
    let outbox: Outbox
    let clock: Clock
    let randomness: Randomness
    private let key: ElectionKey
    /// Of cookies' tokens and one-time codes.
    let tokens: LookupKey
    private let cookies: CookieTokens
    /// Of identifiers, printed codes and generated secrets.
    private let identifiers: LookupKey

    /// - Parameter policy: nil for the election's.
    package init(
        election: StoredElection, key: ElectionKey, directory: any AccountDirectory, passphrases: PassphraseService,
        outbox: Outbox,
        clock: Clock, randomness: Randomness, realm: Realm = .voters, policy: AccessPolicy? = nil
    ) {
        (self.realm, self.policy) = (realm, policy ?? election.election.access)
        (self.election, self.key, self.directory, self.passphrases) = (election, key, directory, passphrases)
        (self.outbox, self.clock, self.randomness) = (outbox, clock, randomness)
        tokens = LookupKey(key.subkey(.access))
        cookies = CookieTokens(key: tokens, realm: realm, randomness: randomness)
        sessions = SessionRegister(
            election: election.number, tokens: cookies, directory: directory, passphrases: passphrases, clock: clock)
        limits = CodeLimits(
            realm: realm, election: election.number, policy: self.policy, clock: clock, passphrases: passphrases,
            outbox: outbox,
            tokens: tokens)
        identifiers = Issuer.lookup(key)
    }

    /// What attempts are counted for: the keyed hash of an identifier, held by somebody or not.
    package func subject(_ canonical: String) -> [UInt8] { Authenticator.subject(canonical, identifiers, realm) }

    /// The same before there is an authenticator.
    package static func subject(_ canonical: String, _ key: LookupKey, _ realm: Realm) -> [UInt8] {
        key.hash(realm == .voters ? canonical : "\(realm.rawValue):\(canonical)")
    }

    /// The form in which a cookie's token is stored.
    func hash(token: String) -> [UInt8] { cookies.hash(token) }

    /// Eight hexadecimal digits of a request: enough to tell those of one browser apart.
    func mark(id: Int) -> String { hex(Array(tokens.hash("mark:\(id)").prefix(4))) }

    /// Of a code that was sent: digits.
    func hash(code: String) -> [UInt8] { tokens.hash("code:" + code) }

    /// Of a code on a letter, as the issuance stored it.
    func hash(printed code: SymbolCode) -> [UInt8] { identifiers.hash(code.canonical) }

    /// The form in which a secret that we made is stored: a keyed hash, since it cannot be guessed.
    package func hash(generated secret: Secret) -> [UInt8] { secret.reveal { identifiers.hash($0) } }

    /// For codes that wait to be sent, and for identifiers as they were typed.
    func sealer() -> Sealer { Sealer(key: key.subkey(.access), randomness: randomness) }

    /// A new token for a cookie.
    func newToken() -> String { cookies.new() }
}
