package import Contacts

/// How voters sign in to an election: identifier, connection code and secret.
package struct AccessPolicy: Sendable, Equatable {
    /// How an identifier looks: 12 symbols of 32, 10 digits, the voter's name made unique, or the mail address itself.
    package enum Scheme: String, Sendable, CaseIterable { case random, digits, name, email }
    /// Whether a renewed identifier is another one, or the same one with a new secret.
    package enum Renewal: String, Sendable, CaseIterable { case replace, keep }
    /// The way of the connection code against that of the identifier: another one, the same, as the voter wishes, or
    /// no code.
    package enum CodeChannel: String, Sendable, CaseIterable { case other, same, choice, none }
    /// What voters sign in with: a long phrase or a password of their own, or a password that is sent.
    package enum SecretKind: String, Sendable, CaseIterable { case passphrase, password, generated }
    /// Whether a person must read a picture each time, or only where silent work is not enough.
    package enum Captcha: String, Sendable, CaseIterable { case adaptive, always }
    /// How a forgotten secret is replaced: by a code over the other channel, an hour later by the same one, or by
    /// the manager.
    package enum Reset: String, Sendable, CaseIterable { case otherChannel, delayed, manager }
    /// The layout of the sign-in, step by step or on one page.
    package enum SignIn: String, Sendable, CaseIterable { case steps, onePage }
    /// The layout of recovery, a link for each thing that may be lost or one for all.
    package enum Desk: String, Sendable, CaseIterable { case each, one }

    /// Whether identifier and secret are asked for one after the other, or on one page.
    package var signIn = SignIn.steps

    /// Cannot change once identifiers were issued.
    package var scheme = Scheme.random
    /// Cannot change once identifiers were issued.
    package var renewal = Renewal.replace
    /// Whether the links of mails and SMS carry the identifier behind `#`, where the first page takes it from.
    package var identifierLink = true
    /// Digits of a connection code that is sent, 6 to 10; two more while somebody guesses.
    package var codeDigits = 6
    /// Minutes for which a code is valid after the relay took it, 1 to 15; 15 after the request it ends in any case.
    package var codeMinutes = 10
    /// Codes that may be typed for one request, 1 to 10.
    package var codeAttempts = 5
    /// Seconds before another code may be asked for in the same browser, 30 to 60.
    package var codeResendSeconds = 30
    /// Where `none`, the secret is one that was sent.
    package var codeChannel = CodeChannel.other
    /// Cannot change once identifiers were issued.
    package var secretKind = SecretKind.passphrase
    /// Characters of the shortest secret: 15 to 64 for a phrase, 12 to 64 for a password.
    package var secretMinimum = 20
    /// Whether a secret that was sent must be changed at the first sign-in; needs a connection code.
    package var secretMustChange = false
    /// How a voter who forgot the secret gets another. Who has one channel alone waits an hour also under
    /// `otherChannel`.
    package var secretReset = Reset.otherChannel
    /// Whether the first page offers to renew the password: a code, then a new password, and never the old one.
    package var secretRenew = false
    /// The question asked at first sign-in, whose answers the roll holds.
    package var challenge: LocalText?
    /// When a lost identifier's form shows a captcha: always, or only where silent work is not enough.
    package var recoveryCaptcha = Captcha.adaptive
    /// Whether each thing that may be lost has a link of its own, or one link gives back all of them.
    package var recoveryDesk = Desk.each
    /// Whether a reissue to a new contact and a passphrase reset need two persons.
    package var fourEyes: Bool

    /// What holds where a file says nothing, in `access` or for want of it.
    /// - Parameter level: the election's security level, 1 to 3.
    package init(level: Int) { fourEyes = level >= 2 }

    /// Whether a lost password is replaced by another that is sent.
    package var sendsAnew: Bool { secretKind == .generated && !secretRenew }

    /// Whether messages have such links: an address is known to whoever reads its mail, and needs none.
    package var linksIdentifier: Bool { identifierLink && scheme != .email }

    /// Whether a voter has the same identifier after every renewal: where it is the mail address there is no other.
    package var keepsIdentifier: Bool { renewal == .keep || scheme == .email }

    /// Whether voters may have their code sent another way. It hangs on the policy and the election's channels alone, never on
    /// what a voter has: with `same` and `other` the way is not the voter's to choose.
    package func offersOtherWay(_ channels: [Channel]) -> Bool {
        codeChannel == .choice && channels.contains(.email) && channels.contains(.sms)
    }

    /// The ways that may carry a connection code: by `other` never the one by which the identifier came, unless there is no other.
    /// None are left where nothing reaches the voter, and then a code that was printed on their letter serves; nor where the election
    /// has no codes.
    /// - Parameters:
    ///   - ways: those by which something can be sent to the voter.
    ///   - identifier: the way by which the identifier in use came.
    package func codeWays<Way: Equatable>(_ ways: [Way], identifier: Way) -> [Way] {
        switch codeChannel {
        case .none: return []
        case .choice: return ways
        case .same: return ways.contains(identifier) ? [identifier] : ways
        case .other:
            let others = ways.filter { $0 != identifier }
            return others.isEmpty ? ways : others
        }
    }

    /// The settings that differ from `earlier` and by which identifiers and secrets in voters' hands were made.
    func fixedSettings(changedFrom earlier: AccessPolicy) -> [String] {
        var changed: [String] = []
        if scheme != earlier.scheme { changed.append("identifier.scheme") }
        if renewal != earlier.renewal { changed.append("identifier.renewal") }
        if secretKind != earlier.secretKind { changed.append("secret.kind") }
        // By it, what is sent again carries a password or not.
        if secretRenew != earlier.secretRenew { changed.append("secret.renew") }
        return changed
    }
}
